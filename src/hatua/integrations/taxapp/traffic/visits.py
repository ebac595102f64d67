"""Visits to the web app: who gets how far, and what they trip over."""

from datetime import UTC, datetime, timedelta

from hatua.integrations.taxapp.journeys import Journey
from hatua.integrations.taxapp.traffic.chance import Random, digits
from hatua.integrations.taxapp.traffic.people import Person
from hatua.integrations.taxapp.traffic.recorder import Visit
from hatua.integrations.taxapp.traffic.rhythm import NAIROBI_MS

MISTAKES = (
    ("pin_not_found", "No taxpayer has this PIN"),
    ("invalid_pin", "A PIN is a letter, nine digits and a letter"),
    ("id_mismatch", "PIN and ID number do not belong together"),
)
PAYMENT_FAILURES = (
    ("payment_timeout", "The payment was not confirmed within 60 seconds"),
    ("insufficient_funds", "The mobile money account does not cover the amount"),
    ("payment_cancelled", "The payment was cancelled on the phone"),
)
BROWSING = ("/help", "/privacy", "/")


def browse(visit: Visit) -> None:
    """Looks around without an errand: half leave after the first page."""
    visit.page("/")
    while visit.rng.random() < 0.4:
        visit.wait(14)
        visit.page(visit.rng.choice(BROWSING))


def walk(visit: Visit, person: Person, journey: Journey) -> bool:
    """One attempt at a journey from the home page; True when it was completed. Each step's chance depends on the
    person's diligence, so the same people finish, and the funnel narrows as real ones do."""
    rng = visit.rng

    def goes_on(chance: float) -> bool:
        return bool(rng.random() < chance ** (1.6 - person.diligence))

    visit.page("/")
    visit.wait(9)
    if not goes_on(0.68):
        return False
    label = "File and pay" if journey.rate else "File NIL return"
    visit.click(f"btn-{journey.code}-start", label, start=True, obligation_type=journey.code)
    return (
        goes_on(0.88)
        and _validate(visit, person, journey)
        and goes_on(0.93)
        and _enter_code(visit, journey)
        and goes_on(0.9)
        and _file(visit, journey, finishes=goes_on(0.84))
        and (not journey.rate or (goes_on(0.87) and _pay(visit, person, journey)))
    )


def _validate(visit: Visit, person: Person, journey: Journey) -> bool:
    rng = visit.rng
    visit.at += 40
    visit.page(f"/{journey.code}/validation")
    for _ in range(3):
        visit.wait(26)
        visit.submit(f"{journey.code}-validation", f"btn-{journey.code}-validate", "Continue")
        visit.at += rng.randrange(300, 1200)
        if rng.random() > 0.17:
            visit.user_id = person.pin
            traits = {"pin": person.pin, "name": person.name, "email": person.email, "phone": f"+{person.phone}"}
            visit.send("identify", traits, kind="identify")
            visit.send("validation_success", {"obligation_type": journey.code})
            return True
        code, message = rng.choice(MISTAKES)
        visit.send("app_error", {"error_code": code, "message": message})
    return False


def _enter_code(visit: Visit, journey: Journey) -> bool:
    rng = visit.rng
    visit.at += 60
    visit.page(f"/{journey.code}/otp")
    for _ in range(2):
        visit.wait(24)
        visit.submit(f"{journey.code}-otp", f"btn-{journey.code}-confirm-otp", "Confirm")
        visit.at += rng.randrange(200, 900)
        if rng.random() > 0.08:
            visit.send("otp_verified", {"service": journey.code, "method": "sms"})
            return True
        visit.send("app_error", {"error_code": "otp_expired", "message": "The code is more than 10 minutes old"})
        visit.click("btn-resend-otp", "Send a new code")
    return False


def _file(visit: Visit, journey: Journey, *, finishes: bool) -> bool:
    """The return form; some leave it open for another day."""
    rng = visit.rng
    visit.at += 60
    visit.page(journey.return_path)
    visit.send("filing_started", {"obligation_type": journey.code})
    if not finishes:
        return False
    visit.wait(55)
    if rng.random() < 0.06:
        visit.send("app_error", {"error_code": "network_error", "message": "The return could not be sent"})
        if rng.random() < 0.5:
            return False
        visit.wait(12)
    visit.submit(
        f"{journey.code}-return", f"btn-{journey.code}-file", "File return" if journey.rate else "File NIL return"
    )
    visit.at += rng.randrange(500, 2500)
    visit.send("return_filed", _filed(visit, journey))
    if not journey.rate:
        _complete(visit, journey)
    return True


def _filed(visit: Visit, journey: Journey) -> dict[str, object]:
    rng = visit.rng
    declared = rng.lognormvariate(10.9, 0.8)  # KES: a median of 54,000 a month
    amount = int(declared * journey.rate)
    visit_day, period = _dates(visit.at)
    return {
        "obligation_type": journey.code,
        "obligation": journey.code if journey.rate else rng.choice(("income_tax", "mri", "tot", "vat")),
        "receipt_number": f"{journey.code.upper()}-{visit_day}-{digits(rng, 6)}",
        "period": period,
        "amount": amount,
    }


def _dates(moment_ms: int) -> tuple[str, str]:
    """(day of filing `20261115`, month filed for `2026-10`)."""
    local = datetime.fromtimestamp((moment_ms + NAIROBI_MS) / 1000, UTC)
    before = local.replace(day=1) - timedelta(days=1)
    return f"{local:%Y%m%d}", f"{before:%Y-%m}"


def _pay(visit: Visit, person: Person, journey: Journey) -> bool:
    rng = visit.rng
    amount = int(visit.events[-1][1]["properties"]["amount"])
    payment = {"obligation_type": journey.code, "prn": f"20{digits(rng, 8)}", "amount": amount}
    visit.at += 80
    visit.page(f"/{journey.code}/payment")
    for _ in range(2):
        visit.wait(18)
        visit.submit(f"{journey.code}-payment", f"btn-{journey.code}-pay", "Pay")
        masked = f"0{person.phone[3]}******{person.phone[-2:]}"
        visit.send("payment_initiated", {**payment, "phone_masked": masked})
        visit.wait(14)
        if rng.random() > 0.11:
            visit.send("payment_success", payment)
            _complete(visit, journey)
            return True
        code, message = rng.choice(PAYMENT_FAILURES)
        visit.send("app_error", {"error_code": code, "message": message})
    return False


def _complete(visit: Visit, journey: Journey) -> None:
    visit.send("process_complete", {"obligation_type": journey.code}, end=True)
    visit.at += 60
    visit.page(f"/{journey.code}/done")
    if visit.rng.random() < 0.35:
        visit.wait(8)
        visit.send("csat_submitted", {"rating": rating(visit.rng), "journey": journey.code})


def rating(rng: Random) -> int:
    """1 to 5, as people give them: mostly content, a few cross."""
    return rng.choices((1, 2, 3, 4, 5), (5, 4, 9, 30, 52))[0]
