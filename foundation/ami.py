"""The password by which the dialer enters the switch, for both of them."""

from __future__ import annotations

from foundation.home import Home
from foundation.settings import ProcessSettings, as_it_stands


def ami_secret(settings: ProcessSettings) -> str:
    """The one given, as it stands now, else the one generated at the first start."""
    given = settings.ami.secret
    if given is None:
        return Home(settings.home).secret("ami")
    return as_it_stands("AMI__SECRET", given.get_secret_value())
