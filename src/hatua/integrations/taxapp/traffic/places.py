"""Where visitors are: public address ranges that GeoIP data places there. Heavy on Kenya, and in Kenya on Nairobi."""

import ipaddress

import msgspec

from hatua.integrations.taxapp.traffic.chance import Random, Weighted


class Place(msgspec.Struct, frozen=True):
    """One range. `locale`: what browsers there mostly say."""

    network: str
    locale: str = "en-KE"

    def address(self, rng: Random) -> str:
        """One host address of the range, never its first or last."""
        network = ipaddress.IPv4Network(self.network)
        return str(network[rng.randrange(1, network.num_addresses - 1)])


PLACES: Weighted[Place] = Weighted(
    [
        (Place("105.166.0.0/15"), 18),  # Nairobi
        (Place("196.104.0.0/13"), 14),  # Nairobi
        (Place("102.3.0.0/16"), 8),  # Nairobi, Embakasi
        (Place("102.167.0.0/16"), 7),  # Nairobi, centre
        (Place("105.160.128.0/17"), 5),  # Nairobi, Spring Valley
        (Place("105.17.240.0/20"), 9),  # Mombasa
        (Place("102.203.64.0/21"), 6),  # Nakuru
        (Place("41.89.216.0/23"), 5),  # Kisumu
        (Place("41.89.164.0/23"), 4),  # Eldoret
        (Place("196.98.208.0/20"), 4),  # Kiambu
        (Place("102.212.244.0/22"), 3),  # Thika
        (Place("197.136.64.0/19"), 3),  # Ruiru
        (Place("102.206.98.0/23"), 2),  # Nyeri
        (Place("57.83.144.0/20"), 2),  # Meru
        (Place("41.84.156.0/24"), 1.5),  # Kisii
        (Place("102.217.128.0/23"), 1),  # Garissa
        (Place("102.80.0.0/14", "en-UG"), 1.6),  # Kampala
        (Place("156.156.0.0/14", "sw-TZ"), 1.2),  # Dar es Salaam
        (Place("105.21.96.0/19", "en-RW"), 0.4),  # Kigali
        (Place("51.176.0.0/15", "en-GB"), 1.6),  # Manchester
        (Place("163.36.0.0/14", "en-US"), 1.2),  # New York
        (Place("31.226.0.0/15", "de-DE"), 0.5),  # Bonn
        (Place("5.192.64.0/18", "en-AE"), 0.8),  # Dubai
        (Place("41.4.0.0/14", "en-ZA"), 0.6),  # Cape Town
        (Place("13.232.0.0/14", "en-IN"), 0.3),  # Mumbai
    ]
)

CRAWLERS = Place("66.249.64.0/20", "en-US")
"""Search engines crawl from the United States."""

CONTACT_CENTRE = Place("197.248.1.0/24")
"""The contact-centre product's server, in Nairobi: it sends what happens on WhatsApp."""
