"""What every page knows."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from banshi.config import wiring
from banshi.foundation import clock


def page(request: HttpRequest) -> dict[str, Any]:
    language = translation.get_language() or "zh-hans"
    return {
        "who": getattr(request, "who", None),
        "now": clock.now(),
        "language": language,
        "is_chinese": language.startswith("zh"),
        "elder": request.COOKIES.get("elder") == "1",
        "demo": settings.BANSHI_VIRTUAL_CLOCK,
        "clock_speed": clock.speed(),
        "sms_leads_nowhere": wiring.sms_leads_nowhere(os.environ),
    }
