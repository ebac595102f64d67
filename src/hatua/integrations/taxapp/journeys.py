"""The three tax journeys as the app walks them: pages, and the steps a visitor can leave at."""

from typing import Literal

import msgspec

Obligation = Literal["mri", "tot", "nil"]


class Journey(msgspec.Struct, frozen=True):
    """One journey. `return_path`: the page of the return form, the fifth step of its funnel. `rate`: of the declared
    amount, as a fraction; 0 when there is nothing to pay."""

    code: Obligation
    name: str
    return_path: str
    rate: float

    @property
    def pages(self) -> tuple[str, ...]:
        """Paths in the order in which they are walked, without /demo."""
        pays = (f"/{self.code}/payment",) if self.rate else ()
        return (f"/{self.code}/validation", f"/{self.code}/otp", self.return_path, *pays, f"/{self.code}/done")


MRI = Journey("mri", "Monthly rental income", "/mri/rental-income", 0.075)
TOT = Journey("tot", "Turnover tax", "/tot/turnover-tax", 0.03)
NIL = Journey("nil", "NIL return", "/nil/select-obligation", 0.0)
JOURNEYS: tuple[Journey, ...] = (MRI, TOT, NIL)

PAGE_PATHS: frozenset[str] = frozenset(("/", "/help", "/privacy", *(page for j in JOURNEYS for page in j.pages)))
"""Every page of the demo app, without /demo."""
