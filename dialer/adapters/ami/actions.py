"""AMI actions as plain dictionaries, every value sanitised.

Only what the rights in `asterisk-config/manager.conf` allow. No action here repeats
itself, and none waits for the far end: Originate is always asynchronous. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialer.adapters.ami.sanitise import UnsafeValue, assignment, header_value
from dialer.ports import Origination

Action = dict[str, str | list[str]]


def login(username: str, secret: str) -> Action:
    """Events start to flow with the answer; FullyBooted is the first of them."""
    return {
        "Action": "Login",
        "Username": header_value(username),
        "Secret": header_value(secret),
    }


def ping() -> Action:
    return {"Action": "Ping"}


def boot() -> Action:
    """The global variable that the dialplan draws anew at each start of the switch.

    CoreStatus tells the start to the second, too coarse for a crash right after it.
    """
    return {"Action": "Getvar", "Variable": "ACORDO_BOOT"}


def originate(call: Origination) -> Action:
    """The action's own id is the channel's id, so that its outcome can be matched."""
    action: Action = {
        "Action": "Originate",
        "Async": "true",
        "ActionID": header_value(call.channel),
        "ChannelId": header_value(call.channel),
        "Channel": header_value(call.dial),
        "Context": header_value(call.context),
        "Exten": header_value(call.extension),
        "Priority": "1",
        "Timeout": str(round(call.timeout_s * 1000)),
    }
    if call.caller_id:
        action["CallerID"] = header_value(call.caller_id)
    if call.variables:
        action["Variable"] = _assignments(call.variables)
    return action


def join(channel: str, peer: str) -> Action:
    """Send the channel to the dialplan's [join], which bridges it with the peer.

    Not AMI's own Bridge: see the head of `asterisk-config/extensions.conf`.
    """
    return {
        "Action": "Redirect",
        "Channel": header_value(channel),
        "Context": "join",
        "Exten": header_value(peer),
        "Priority": "1",
    }


def hold(channel: str) -> Action:
    """Send the channel to the dialplan's [hold], which plays music."""
    return {
        "Action": "Redirect",
        "Channel": header_value(channel),
        "Context": "hold",
        "Exten": "s",
        "Priority": "1",
    }


def end_hold(channel: str) -> Action:
    """Send a held channel on, as when its hold has lasted for as long as one may."""
    return hold(channel) | {"Exten": "over"}


def to_robot(channel: str) -> Action:
    """Send the channel to the dialplan's [paying], the automatic conversation."""
    return hold(channel) | {"Context": "paying"}


def take(channel: str) -> Action:
    """Send a caller to the dialplan's [taken], out of the automatic conversation."""
    return hold(channel) | {"Context": "taken"}


def set_variable(channel: str, name: str, value: str) -> Action:
    return {
        "Action": "Setvar",
        "Channel": header_value(channel),
        "Variable": header_value(name),
        "Value": header_value(value),
    }


def listen(channel: str) -> Action:
    """Make the channels that copy what is said there, see [spy] in the dialplan."""
    heard = header_value(channel)
    return {
        "Action": "Originate",
        "Async": "true",
        "Channel": f"Local/{heard}@hears-words/n",
        "Context": "spy",
        "Exten": heard,
        "Priority": "1",
        "Timeout": "5000",
    }


def hang_up(channel: str, cause: int) -> Action:
    if channel.startswith(
        "/"
    ):  # AMI would take it for a regular expression over all channels
        raise UnsafeValue(channel)
    return {"Action": "Hangup", "Channel": header_value(channel), "Cause": str(cause)}


def channels() -> Action:
    return {"Action": "CoreShowChannels"}


def device_states() -> Action:
    return {"Action": "DeviceStateList"}


def _assignments(variables: Mapping[str, str]) -> list[str]:
    return [assignment(name, value) for name, value in variables.items()]
