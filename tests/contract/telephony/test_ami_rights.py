"""The dialer's AMI user can do what the dialer does, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.raw_ami import RawAmi, raw_ami
from tests.real_switch import RealSwitch

DENIED = {"Response": "Error", "Message": "Permission denied"}


@pytest_asyncio.fixture
async def ami(real_switch: RealSwitch) -> AsyncIterator[RawAmi]:
    port = real_switch.settings.ami.port
    async with raw_ami(port, "dialer", real_switch.secret) as session:
        yield session
    real_switch.main.cli("channel request hangup all")


@pytest.mark.parametrize(
    ("action", "headers"),
    [
        ("Command", {"Command": "core show version"}),
        ("MixMonitor", {"Channel": "x", "File": "x.wav", "Command": "touch x"}),
        ("ModuleLoad", {"Module": "app_system.so", "LoadType": "load"}),
        ("UpdateConfig", {"SrcFilename": "extensions.conf", "DstFilename": "x.conf"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("DialplanExtensionAdd", {"Context": "debtor", "Extension": "x", "Priority": "1"}),
        ("DBPut", {"Family": "x", "Key": "y", "Val": "z"}),
        ("PJSIPShowAuths", {}),
    ],
)
async def test_what_would_open_the_machine_is_denied(
    ami: RawAmi, action: str, headers: dict[str, str]
) -> None:
    assert await ami.ask(action, **headers) == DENIED


@pytest.mark.parametrize(
    ("application", "data"),
    [
        ("System", "touch never"),
        ("TrySystem", "touch never"),
        ("Exec", "System(touch never)"),
        ("AGI", "/bin/true"),
        ("EAGI", "/bin/true"),
        ("MixMonitor", "x.wav,,touch never"),
        ("Set", "X=${SHELL(touch never)}"),
        ("Set", "FILE(never)=x"),
    ],
)
async def test_an_originate_cannot_run_programs(
    ami: RawAmi, real_switch: RealSwitch, application: str, data: str
) -> None:
    answer = await ami.ask(
        "Originate",
        Channel=real_switch.dial("01"),
        Application=application,
        Data=data,
        Async="true",
    )
    assert answer == {
        "Response": "Error",
        "Message": "Originate Access Forbidden: app or data blacklisted",
    }


async def test_a_variable_cannot_call_a_dangerous_function(
    ami: RawAmi, real_switch: RealSwitch
) -> None:
    answer = await ami.ask("Setvar", Variable="FILE(never)", Value="x")
    assert answer["Response"] == "Error"
    answer = await ami.ask("Getvar", Variable="SHELL(id)")
    assert "uid=" not in answer.get("Value", "")


@pytest.mark.parametrize(
    ("action", "headers", "message"),
    [
        ("Ping", {}, None),
        ("CoreShowChannels", {}, "Channels will follow"),
        ("DeviceStateList", {}, "Device State Changes will follow"),
        ("Getvar", {"Variable": "ACORDO_BOOT"}, None),
        ("Hangup", {"Channel": "nobody"}, "No such channel"),
        (
            "Redirect",
            {"Channel": "nobody", "Context": "join", "Exten": "leg", "Priority": "1"},
            "Channel does not exist: nobody",
        ),
    ],
)
async def test_what_the_dialer_does_is_allowed(
    ami: RawAmi, action: str, headers: dict[str, str], message: str | None
) -> None:
    answer = await ami.ask(action, **headers)
    assert answer.get("Message") != "Permission denied"
    if message is not None:
        assert answer["Message"] == message


async def test_only_this_machine_may_log_in(real_switch: RealSwitch) -> None:
    port = real_switch.settings.ami.port
    with pytest.raises(PermissionError):
        async with raw_ami(port, "dialer", real_switch.secret, source="127.0.0.2"):
            pytest.fail("logged in")
