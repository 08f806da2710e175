"""A hall's policy: every rule two halls may differ in, as one validated, versioned document; a file for each room that reads it.

Numbers are defaults, and stand nowhere else: a statement takes them by `places.statements.policy_value`.
presets/halls/*/policy.yaml states what each real hall does and cites the report.
"""

from __future__ import annotations

from pydantic import model_validator

from banshi.kernel.policy.booking import BookingPolicy, Channel, Credit, Quota
from banshi.kernel.policy.cases import CasePolicy
from banshi.kernel.policy.consulting import ConsultingPolicy
from banshi.kernel.policy.delivery import DeliveryPolicy
from banshi.kernel.policy.fees import FeePolicy
from banshi.kernel.policy.home_visits import HomeVisitPolicy
from banshi.kernel.policy.hotline import HotlinePolicy
from banshi.kernel.policy.machines import MachinePolicy
from banshi.kernel.policy.messages import MessagePolicy
from banshi.kernel.policy.rating import RatingPolicy
from banshi.kernel.policy.records import RecordsPolicy
from banshi.kernel.policy.remedy import RemedyPolicy
from banshi.kernel.policy.screens import ScreenPolicy
from banshi.kernel.policy.section import Days, Minutes, Places, Section
from banshi.kernel.policy.tickets import TicketPolicy
from banshi.kernel.policy.video import VideoPolicy

__all__ = [
    "BookingPolicy",
    "CasePolicy",
    "Channel",
    "ConsultingPolicy",
    "Credit",
    "Days",
    "DeliveryPolicy",
    "FeePolicy",
    "HallPolicy",
    "HomeVisitPolicy",
    "HotlinePolicy",
    "MachinePolicy",
    "MessagePolicy",
    "Minutes",
    "Places",
    "Quota",
    "RatingPolicy",
    "RecordsPolicy",
    "RemedyPolicy",
    "ScreenPolicy",
    "Section",
    "TicketPolicy",
    "VideoPolicy",
]


class HallPolicy(Section):
    booking: BookingPolicy = BookingPolicy()
    tickets: TicketPolicy = TicketPolicy()
    screens: ScreenPolicy = ScreenPolicy()
    messages: MessagePolicy = MessagePolicy()
    rating: RatingPolicy = RatingPolicy()
    consulting: ConsultingPolicy = ConsultingPolicy()
    fees: FeePolicy = FeePolicy()
    records: RecordsPolicy = RecordsPolicy()
    delivery: DeliveryPolicy = DeliveryPolicy()
    cases: CasePolicy = CasePolicy()
    remedy: RemedyPolicy = RemedyPolicy()
    machines: MachinePolicy = MachinePolicy()
    video: VideoPolicy = VideoPolicy()
    hotline: HotlinePolicy = HotlinePolicy()
    home_visits: HomeVisitPolicy = HomeVisitPolicy()

    @model_validator(mode="after")
    def _consistent(self) -> HallPolicy:
        if self.screens.silent and self.screens.voice:
            raise ValueError("silent calling and voice calling exclude each other: choose one")
        return self
