"""A route by TLS without whom to trust is refused, in a line, before the switch starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.embedded import switch
from foundation.routes import BadRoutes
from foundation.settings import ProcessSettings

ROUTE = '[[route]]\nname = "trunk"\nhost = "192.0.2.1"\nport = 5061\ntransport = "tls"\n'


def settings(folder: Path) -> ProcessSettings:
    (folder / "routes.toml").write_text(ROUTE)
    return ProcessSettings.model_validate(
        {
            "home": folder / "var",
            "trunk": {"routes": folder / "routes.toml"},
            "asterisk": {"tls_ca_file": folder / "ca.pem"},
        }
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "não existe"), ("", "não tem certificados"), ("not one", "não tem certif")],
)
def test_what_is_no_authority_is_named_with_its_setting(
    tmp_path: Path, content: str | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(BadRoutes) as told:
        switch._network(settings(tmp_path))
    assert f"{tmp_path}/ca.pem (ACORDO_ASTERISK__TLS_CA_FILE) {said}" in str(told.value)
    assert "\n" not in str(told.value)
