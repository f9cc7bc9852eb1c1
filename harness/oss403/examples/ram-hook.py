#!/usr/bin/env python3
"""An operator hook for the service itself: RAM users, sessions, keys and their networks, by the public APIs of RAM, IMS and STS.

A target profile names it as `operator: { command: [python3, ram-hook.py] }`; harness/oss403-operator/README.md says what it is asked.
What only the service's own people can do (arrears, blocked buckets, closed features) it answers with `unknown-command`.

Credentials of a RAM user or an account that may manage RAM (AliyunRAMFullAccess, AliyunSTSAssumeRoleAccess) come from
ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and, for a temporary key, ALIBABA_CLOUD_SECURITY_TOKEN.

Everything that it makes is called `oss403-<run>-…`, and it changes nothing else: `remove run` finds it by that name alone, also where nothing
is known of it any more. Which user or role belongs to which id stands in the folder OSS403_HOOK_STATE (default: .oss403-ram-hook, beside the
profile). OSS403_HOOK_WAIT seconds (default: 10) pass after each change, since RAM
takes that long to spread one. OSS403_HOOK_DRY_RUN=1 sends nothing, says on standard error what it would, and answers made-up values;
OSS403_HOOK_ENDPOINT sends everything to another address (for tests).
"""
import datetime
import hashlib
import hmac
import inspect
import json
import os
import pathlib
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

RAM = ("ram.aliyuncs.com", "2015-05-01")
IMS = ("ims.aliyuncs.com", "2019-08-15")
STS = ("sts.aliyuncs.com", "2015-04-01")
SHORTEST_SESSION = 900  # seconds; AssumeRole takes nothing less
# RAM takes no policy without statements. This one allows what nobody asks for, so everything is denied, and nothing explicitly.
NOTHING = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss403:Nothing", "Resource": "*"}]}
DRY_RUN = os.environ.get("OSS403_HOOK_DRY_RUN") == "1"


class Refused(Exception):
    """What is answered as an error: a code and a message without secrets."""

    def __init__(self, code, message):
        super().__init__(message)
        self.answer = {"error": {"code": code, "message": message}}


def quoted(text):
    return urllib.parse.quote(str(text), safe="-_.~")


def signed(host, query, headers, key_id, secret):
    """The header Authorization of ACS3-HMAC-SHA256 for a POST of nothing to `/`. `headers` have lower-case names, host among them."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = "\n".join(["POST", "/", query, lines, names, headers["x-acs-content-sha256"]])
    string = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signature = hmac.new(secret.encode(), string.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"


def request(service, action, parameters):
    host, version = service
    query = "&".join(f"{quoted(name)}={quoted(parameters[name])}" for name in sorted(parameters))
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-version": version,
        "x-acs-date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
    }
    try:
        key_id, secret = (os.environ[f"ALIBABA_CLOUD_ACCESS_KEY_{what}"] for what in ("ID", "SECRET"))
    except KeyError as missing:
        raise Refused("no-credentials", f"the environment has no {missing}") from None
    if token := os.environ.get("ALIBABA_CLOUD_SECURITY_TOKEN"):
        headers["x-acs-security-token"] = token
    headers["authorization"] = signed(host, query, headers, key_id, secret)
    base = os.environ.get("OSS403_HOOK_ENDPOINT", f"https://{host}")
    return urllib.request.Request(f"{base}/?{query}", data=b"", headers={**headers, "accept": "application/json"})


def call(service, action, **parameters):
    """Calls an API. Throttling passes; other errors are raised with the service's own code."""
    if DRY_RUN:
        print(f"would call {action} {json.dumps(parameters, sort_keys=True)}", file=sys.stderr)
        return {}
    for attempt in range(5):
        try:
            with urllib.request.urlopen(request(service, action, parameters), timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            try:
                said = json.load(error)
            except ValueError:
                said = {}
            code = said.get("Code", f"http-{error.code}")
            if not code.startswith("Throttling") or attempt == 4:
                raise Refused(code, f"{action}: {said.get('Message', error.reason)}") from None
            time.sleep(0.5 * 2**attempt)
        except OSError as error:
            raise Refused("unreachable", f"{action}: {error}") from None


def unless_gone(service, action, **parameters):
    """The same where it is all one whether there was anything."""
    try:
        return call(service, action, **parameters)
    except Refused as refused:
        if not refused.answer["error"]["code"].startswith("EntityNotExist"):
            raise
        return {}


def field(answer, *path, made_up="0"):
    for name in path:
        answer = answer.get(name, {})
    return answer or made_up


def settle():
    if not DRY_RUN:
        time.sleep(float(os.environ.get("OSS403_HOOK_WAIT", "10")))


# What belongs to which id, a file each.

def state(kind, key):
    folder = pathlib.Path(os.environ.get("OSS403_HOOK_STATE", ".oss403-ram-hook"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{kind}-{quoted(key)}"


def known(kind, key):
    try:
        return state(kind, key).read_text()
    except FileNotFoundError:
        return None


def user_of(kind, key):
    name = known(kind, key)
    if name is None:
        raise Refused("no-such-user" if kind == "user" else "no-such-key", f"this hook made no {kind} {key!r}")
    return name


def of_own_account(account):
    own = str(field(call(STS, "GetCallerIdentity"), "AccountId", made_up=account))
    if own != account:
        raise Refused("no-such-account", f"the credentials belong to the account {own!r}, not to {account!r}")


# Policies: of a user or a role (`whose`), one called as they are.

def attach(whose, name, policy):
    call(RAM, "CreatePolicy", PolicyName=name, PolicyDocument=json.dumps(policy if policy.get("Statement") else NOTHING))
    call(RAM, f"AttachPolicyTo{whose}", PolicyType="Custom", PolicyName=name, **{f"{whose}Name": name})


def detach(whose, name):
    unless_gone(RAM, f"DetachPolicyFrom{whose}", PolicyType="Custom", PolicyName=name, **{f"{whose}Name": name})
    unless_gone(RAM, "DeletePolicy", PolicyName=name)


def drop_user(name):
    detach("User", name)
    keys = unless_gone(RAM, "ListAccessKeys", UserName=name)
    for key in keys.get("AccessKeys", {}).get("AccessKey", []):
        unless_gone(RAM, "DeleteAccessKey", UserName=name, UserAccessKeyId=key["AccessKeyId"])
        state("key", key["AccessKeyId"]).unlink(missing_ok=True)
    unless_gone(RAM, "DeleteUser", UserName=name)


def drop_role(name):
    detach("Role", name)
    unless_gone(RAM, "DetachPolicyFromRole", PolicyType="System", PolicyName="AliyunOSSFullAccess", RoleName=name)
    unless_gone(RAM, "DeleteRole", RoleName=name)


def fresh_name():
    """Tells for which run something is made, where that is said."""
    run = os.environ.get("OSS403_RUN", "")
    return f"oss403-{run}-{secrets.token_hex(8)}" if is_run(run) else f"oss403-{secrets.token_hex(8)}"


def is_run(text):
    return isinstance(text, str) and len(text) == 14 and set(text) <= set("0123456789abcdef")


def names_of(prefix, action, *path, kind, **parameters):
    """The names in a listing that begin so, page after page, all of them before the first is touched."""
    found, marker = [], None
    while True:
        page = call(RAM, action, **parameters, MaxItems=100, **({"Marker": marker} if marker else {}))
        things = page
        for name in path:
            things = things.get(name, {})
        found += [thing[kind] for thing in things or [] if thing[kind].startswith(prefix)]
        marker = page.get("Marker") if page.get("IsTruncated") else None
        if not marker:
            return found


# The commands.

def create_ram_user(account, policy=None):
    of_own_account(account)
    name = fresh_name()
    try:
        uid = str(field(call(RAM, "CreateUser", UserName=name), "User", "UserId"))
        key = call(RAM, "CreateAccessKey", UserName=name)
        if policy is not None:
            attach("User", name, policy)
        key_id = field(key, "AccessKey", "AccessKeyId", made_up="LTAIdryrun")
        state("user", uid).write_text(name)
        state("key", key_id).write_text(name)
    except Refused:
        drop_user(name)
        raise
    settle()
    return {"uid": uid, "access_key_id": key_id, "access_key_secret": field(key, "AccessKey", "AccessKeySecret", made_up="none")}


def create_session(account, lifetime_seconds, role_policy=None, policy=None):
    if lifetime_seconds < SHORTEST_SESSION:
        raise Refused("invalid-lifetime", f"AssumeRole makes no session of less than {SHORTEST_SESSION} s, and none that is over")
    of_own_account(account)
    name = fresh_name()
    trust = {
        "Version": "1",
        "Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": [f"acs:ram::{account}:root"]}}],
    }
    try:
        role = call(RAM, "CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        if role_policy is None:
            call(RAM, "AttachPolicyToRole", PolicyType="System", PolicyName="AliyunOSSFullAccess", RoleName=name)
        else:
            attach("Role", name, role_policy)
        settle()
        limits = {} if policy is None else {"Policy": json.dumps(policy if policy.get("Statement") else NOTHING)}
        made = call(
            STS, "AssumeRole", RoleArn=field(role, "Role", "Arn"), RoleSessionName="oss403", DurationSeconds=lifetime_seconds, **limits
        )
        key_id = field(made, "Credentials", "AccessKeyId", made_up="STS.dryrun")
        state("session", key_id).write_text(name)
    except Refused:
        drop_role(name)
        raise
    return {
        "uid": account,
        "access_key_id": key_id,
        "access_key_secret": field(made, "Credentials", "AccessKeySecret", made_up="none"),
        "security_token": field(made, "Credentials", "SecurityToken", made_up="none"),
    }


def set_key_status(access_key_id, value):
    name = user_of("key", access_key_id)
    call(RAM, "UpdateAccessKey", UserName=name, UserAccessKeyId=access_key_id, Status=value.capitalize())
    settle()
    return {}


def set_key_networks(access_key_id, value):
    name = user_of("key", access_key_id)
    domain = field(call(IMS, "GetDefaultDomain"), "DefaultDomainName", made_up="dryrun.onaliyun.com")
    statements = [{"Type": "ClassicWhiteList", "IPList": value}] if value else []
    policy = {"Version": 1, "Status": "Active" if value else "Inactive", "Statements": statements}
    call(
        IMS, "SetAccessKeyPolicy", UserPrincipalName=f"{name}@{domain}", UserAccessKeyId=access_key_id, AccessKeyPolicy=json.dumps(policy)
    )
    settle()
    return {}


def set_ram_policy(account, user, value):
    of_own_account(account)
    name = user_of("user", user)
    detach("User", name)
    if value is not None:
        attach("User", name, value)
    settle()
    return {}


def remove_ram_user(account, user):
    of_own_account(account)
    if name := known("user", user):
        drop_user(name)
        state("user", user).unlink(missing_ok=True)
    return {}


def remove_session(access_key_id):
    if name := known("session", access_key_id):
        drop_role(name)
        state("session", access_key_id).unlink(missing_ok=True)
    return {}


def remove_run(run):
    if not is_run(run):
        raise Refused("invalid-command", f"{run!r} is no id of a run")
    prefix = f"oss403-{run}-"
    for name in names_of(prefix, "ListUsers", "Users", "User", kind="UserName"):
        drop_user(name)
    for name in names_of(prefix, "ListRoles", "Roles", "Role", kind="RoleName"):
        drop_role(name)
    # Of whom nothing was left but this.
    for name in names_of(prefix, "ListPolicies", "Policies", "Policy", kind="PolicyName", PolicyType="Custom"):
        unless_gone(RAM, "DeletePolicy", PolicyName=name)
    for file in [] if DRY_RUN else state("user", "").parent.iterdir():
        if file.read_text().startswith(prefix):
            file.unlink(missing_ok=True)
    return {}


COMMANDS = {
    ("create", "ram-user"): create_ram_user,
    ("create", "session"): create_session,
    ("set", "key-status"): set_key_status,
    ("set", "key-networks"): set_key_networks,
    ("set", "ram-policy"): set_ram_policy,
    ("remove", "ram-user"): remove_ram_user,
    ("remove", "session"): remove_session,
    ("remove", "run"): remove_run,
}


def answer(text):
    try:
        asked = json.loads(text)
        verb = next(verb for verb in ("create", "set", "remove") if verb in asked)
        thing = asked.pop(verb)
    except (ValueError, StopIteration, AttributeError, TypeError):
        raise Refused("invalid-command", "one JSON object with create, set or remove is expected") from None
    command = COMMANDS.get((verb, thing))
    if command is None:
        raise Refused("unknown-command", f"the public APIs have no way to {verb} {thing}")
    try:
        bound = inspect.signature(command).bind(**asked)
    except TypeError as error:
        raise Refused("invalid-command", f"{verb} {thing}: {error}") from None
    return command(*bound.args, **bound.kwargs)


if __name__ == "__main__":
    try:
        said = answer(sys.stdin.read())
    except Refused as refused:
        said = refused.answer
    json.dump(said, sys.stdout)
