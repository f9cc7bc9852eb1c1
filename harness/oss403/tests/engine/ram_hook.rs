//! The example of a hook for the service itself, `examples/ram-hook.py`, against an endpoint that answers as RAM, IMS and STS do.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Reply, Seen, fake};

fn script() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/ram-hook.py")
}

/// Whether this machine has Python; where it has none, there is nothing to test with.
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("ignored: there is no python3");
    }
    found
}

/// Calls as the endpoint saw them: the action and its parameters.
type Calls = Arc<Mutex<Vec<(String, BTreeMap<String, String>)>>>;

struct Hook {
    address: SocketAddr,
    calls: Calls,
    state: TempDir,
}

impl Hook {
    async fn new() -> Self {
        let calls = Calls::default();
        let seen = Arc::clone(&calls);
        let address = fake(move |request| {
            let calls = Arc::clone(&seen);
            async move { answer(&request, &calls) }
        });
        Self {
            address: address.await,
            calls,
            state: tempfile::tempdir().unwrap(),
        }
    }

    /// Asks the hook once, as the engine does: one line in, one object out.
    async fn ask(&self, request: Value) -> Value {
        self.ask_with(request, &[]).await.0
    }

    /// The same with these in the environment besides, and what the hook said on standard error.
    async fn ask_with(&self, request: Value, environment: &[(&str, &str)]) -> (Value, String) {
        let mut child = Command::new("python3");
        child
            .args(["-B".into(), script()])
            .env("OSS403_OPERATOR", "1")
            .env("OSS403_HOOK_ENDPOINT", format!("http://{}", self.address))
            .env("OSS403_HOOK_STATE", self.state.path())
            .env("OSS403_HOOK_WAIT", "0")
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAImanager")
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "manager-secret")
            .env_remove("ALIBABA_CLOUD_SECURITY_TOKEN")
            .env_remove("OSS403_HOOK_DRY_RUN")
            .env_remove("OSS403_RUN")
            .envs(environment.iter().copied())
            .env("no_proxy", "127.0.0.1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let asked = tokio::task::spawn_blocking(move || {
            let mut child = child.spawn().unwrap();
            writeln!(child.stdin.take().unwrap(), "{request}").unwrap();
            child.wait_with_output().unwrap()
        });
        let output = asked.await.unwrap();
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        (serde_json::from_slice(&output.stdout).unwrap(), said)
    }

    /// The actions since the last time, in order.
    fn called(&self) -> Vec<(String, BTreeMap<String, String>)> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }

    fn actions(&self) -> Vec<String> {
        self.called()
            .into_iter()
            .map(|(action, _)| action)
            .collect()
    }
}

fn header<'s>(seen: &'s Seen, name: &str) -> &'s str {
    let found = seen.headers.iter().find(|(known, _)| known == name);
    found.map_or("", |(_, value)| value)
}

/// What RAM, IMS and STS answer, as far as the hook reads it.
fn answer(seen: &Seen, calls: &Calls) -> Reply {
    let action = header(seen, "x-acs-action").to_owned();
    let url = reqwest::Url::parse(&format!("http://{}{}", seen.host, seen.target)).unwrap();
    let parameters = url.query_pairs().into_owned().collect();
    let authorization = header(seen, "authorization");
    assert!(
        authorization.starts_with("ACS3-HMAC-SHA256 Credential=LTAImanager,SignedHeaders=host;"),
        "{authorization}"
    );
    let many = calls.lock().unwrap().len();
    calls.lock().unwrap().push((action.clone(), parameters));
    let body = match &*action {
        "GetCallerIdentity" => json!({ "AccountId": "1000000000000001" }),
        "CreateUser" => json!({ "User": { "UserId": "2100000000000002" } }),
        "CreateAccessKey" => {
            json!({ "AccessKey": { "AccessKeyId": "LTAInew", "AccessKeySecret": "new-secret" } })
        }
        "ListAccessKeys" => {
            json!({ "AccessKeys": { "AccessKey": [{ "AccessKeyId": "LTAInew" }] } })
        }
        "CreateRole" => json!({ "Role": { "Arn": "acs:ram::1000000000000001:role/r" } }),
        "AssumeRole" => {
            json!({ "Credentials": { "AccessKeyId": "STS.new", "AccessKeySecret": "sts-secret", "SecurityToken": "sts-token" } })
        }
        // A page, and the one behind it. Others have names that are like ours.
        "ListUsers" if !seen.target.contains("Marker=") => {
            json!({ "IsTruncated": true, "Marker": "next", "Users": { "User": [
                { "UserName": "alice" }, { "UserName": "oss403-backup" },
                { "UserName": "oss403-30cf0d9833b85b-1" }, { "UserName": format!("oss403-{RUN}") },
            ] } })
        }
        "ListUsers" => {
            json!({ "IsTruncated": false, "Users": { "User": [{ "UserName": format!("oss403-{RUN}-u") }] } })
        }
        "ListRoles" => {
            json!({ "IsTruncated": false, "Roles": { "Role": [
                { "RoleName": "AliyunOSSRole" }, { "RoleName": format!("oss403-{RUN}-r") },
            ] } })
        }
        "ListPolicies" => {
            json!({ "IsTruncated": false, "Policies": { "Policy": [{ "PolicyName": format!("oss403-{RUN}-p") }] } })
        }
        "GetDefaultDomain" => json!({ "DefaultDomainName": "example.onaliyun.com" }),
        // Once too often, then as usual.
        "UpdateAccessKey" if many == 0 => {
            let body = json!({ "Code": "Throttling.User", "Message": "slow down" });
            return Some((429, Vec::new(), body.to_string()));
        }
        "DeletePolicy" => {
            let body = json!({ "Code": "EntityNotExist.Policy", "Message": "gone" });
            return Some((404, Vec::new(), body.to_string()));
        }
        _ => json!({}),
    };
    Some((200, Vec::new(), body.to_string()))
}

const ACCOUNT: &str = "1000000000000001";
const RUN: &str = "30cf0d9833b85a";

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_made_changed_and_removed_by_the_apis_of_ram() {
    if !has_python() {
        return;
    }
    let hook = Hook::new().await;
    let policy = json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "oss:GetObject", "Resource": "*" }] });
    let made = hook
        .ask(json!({ "create": "ram-user", "account": ACCOUNT, "policy": policy }))
        .await;
    assert_eq!(
        made,
        json!({ "uid": "2100000000000002", "access_key_id": "LTAInew", "access_key_secret": "new-secret" })
    );
    let called = hook.called();
    let actions: Vec<&str> = called.iter().map(|(action, _)| &**action).collect();
    let expected = [
        "GetCallerIdentity",
        "CreateUser",
        "CreateAccessKey",
        "CreatePolicy",
        "AttachPolicyToUser",
    ];
    assert_eq!(actions, expected);
    let name = &called[1].1["UserName"];
    assert!(name.starts_with("oss403-"), "{name}");
    let document: Value = serde_json::from_str(&called[3].1["PolicyDocument"]).unwrap();
    assert_eq!(document, policy);

    let status = json!({ "set": "key-status", "access_key_id": "LTAInew", "value": "inactive" });
    assert_eq!(hook.ask(status).await, json!({}));
    let called = hook.called();
    assert_eq!(called.len(), 2, "once throttled, once done: {called:?}");
    assert_eq!(
        (&*called[1].1["Status"], &called[1].1["UserName"]),
        ("Inactive", name)
    );

    let networks =
        json!({ "set": "key-networks", "access_key_id": "LTAInew", "value": ["203.0.113.0/24"] });
    assert_eq!(hook.ask(networks).await, json!({}));
    let (action, parameters) = hook.called().pop().unwrap();
    assert_eq!(action, "SetAccessKeyPolicy");
    assert_eq!(
        parameters["UserPrincipalName"],
        format!("{name}@example.onaliyun.com")
    );
    assert_eq!(
        serde_json::from_str::<Value>(&parameters["AccessKeyPolicy"]).unwrap(),
        json!({ "Version": 1, "Status": "Active", "Statements": [{ "Type": "ClassicWhiteList", "IPList": ["203.0.113.0/24"] }] })
    );

    let none = json!({ "set": "ram-policy", "account": ACCOUNT, "user": "2100000000000002", "value": null });
    assert_eq!(hook.ask(none).await, json!({}));
    assert_eq!(
        hook.actions(),
        ["GetCallerIdentity", "DetachPolicyFromUser", "DeletePolicy"]
    );

    let remove = json!({ "remove": "ram-user", "account": ACCOUNT, "user": "2100000000000002" });
    assert_eq!(hook.ask(remove.clone()).await, json!({}));
    let actions = hook.actions();
    assert!(actions.contains(&"DeleteAccessKey".into()), "{actions:?}");
    assert_eq!(actions.last().unwrap(), "DeleteUser");
    // Nothing is left that could be removed twice.
    assert_eq!(hook.ask(remove).await, json!({}));
    assert_eq!(hook.actions(), ["GetCallerIdentity"]);
    assert_eq!(std::fs::read_dir(hook.state.path()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_has_a_role_of_its_own_that_goes_with_it() {
    if !has_python() {
        return;
    }
    let hook = Hook::new().await;
    let nothing = json!({ "Version": "1", "Statement": [] });
    let create = json!({ "create": "session", "account": ACCOUNT, "policy": nothing, "lifetime_seconds": 900 });
    let made = hook.ask(create).await;
    assert_eq!(
        made,
        json!({ "uid": ACCOUNT, "access_key_id": "STS.new", "access_key_secret": "sts-secret", "security_token": "sts-token" })
    );
    let called = hook.called();
    let (action, assumed) = called.last().unwrap();
    assert_eq!(action, "AssumeRole");
    assert_eq!(assumed["RoleArn"], "acs:ram::1000000000000001:role/r");
    assert!(assumed["Policy"].contains("\"Allow\"") && !assumed["Policy"].contains("oss:"));
    let remove = json!({ "remove": "session", "access_key_id": "STS.new" });
    assert_eq!(hook.ask(remove).await, json!({}));
    assert_eq!(hook.actions().last().unwrap(), "DeleteRole");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_for_a_run_is_removed_by_its_name_and_nothing_else() {
    if !has_python() {
        return;
    }
    let hook = Hook::new().await;
    let of_run = [("OSS403_RUN", RUN)];
    let create = json!({ "create": "ram-user", "account": ACCOUNT });
    hook.ask_with(create, &of_run).await;
    let (_, made) = hook.called().swap_remove(1);
    let name = &made["UserName"];
    assert!(name.starts_with(&format!("oss403-{RUN}-")), "{name}");
    // One of no run, and one of another: of these the hook knows more than their names.
    for environment in [&[][..], &[("OSS403_RUN", "30cf0d9833b85b")]] {
        let create = json!({ "create": "session", "account": ACCOUNT, "lifetime_seconds": 900 });
        hook.ask_with(create, environment).await;
    }
    hook.called();

    let remove = json!({ "remove": "run", "run": RUN });
    let (said, would) = hook
        .ask_with(remove.clone(), &[("OSS403_HOOK_DRY_RUN", "1")])
        .await;
    assert_eq!(said, json!({}));
    assert!(would.contains("would call ListUsers"), "{would}");
    assert!(hook.actions().is_empty());

    assert_eq!(hook.ask(remove).await, json!({}));
    let deleted: Vec<(String, String)> = hook
        .called()
        .into_iter()
        .filter(|(action, _)| action.starts_with("Delete"))
        .map(|(action, mut parameters)| {
            let what = ["UserName", "RoleName", "PolicyName"];
            let name = what.iter().find_map(|what| parameters.remove(*what));
            (action, name.unwrap())
        })
        .collect();
    let user = format!("oss403-{RUN}-u");
    let role = format!("oss403-{RUN}-r");
    let expected = [
        ("DeletePolicy", &user),
        ("DeleteAccessKey", &user),
        ("DeleteUser", &user),
        ("DeletePolicy", &role),
        ("DeleteRole", &role),
        ("DeletePolicy", &format!("oss403-{RUN}-p")),
    ];
    assert_eq!(
        deleted,
        expected.map(|(action, name)| (action.to_owned(), name.clone()))
    );
    let left = std::fs::read_dir(hook.state.path()).unwrap().flatten();
    let mut left: Vec<_> = left.map(|file| file.file_name()).collect();
    left.sort();
    // Both sessions have the same key here.
    assert_eq!(left, ["session-STS.new"]);

    for wrong in ["", "../x", "30cf0d9833b85", "*"] {
        let said = hook.ask(json!({ "remove": "run", "run": wrong })).await;
        assert_eq!(said["error"]["code"], "invalid-command", "{wrong}: {said}");
        assert!(hook.actions().is_empty(), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_api_allows_is_refused_and_nothing_is_called() {
    if !has_python() {
        return;
    }
    let hook = Hook::new().await;
    for (asked, code) in [
        (
            json!({ "set": "bucket-status", "bucket": "b", "value": "disabled" }),
            "unknown-command",
        ),
        (json!({ "create": "account" }), "unknown-command"),
        (json!({ "set": "key-status" }), "invalid-command"),
        (json!(["set"]), "invalid-command"),
        (
            json!({ "create": "session", "account": ACCOUNT, "lifetime_seconds": 0 }),
            "invalid-lifetime",
        ),
        // Keys and users that it did not make are not touched.
        (
            json!({ "set": "key-status", "access_key_id": "LTAIother", "value": "inactive" }),
            "no-such-key",
        ),
    ] {
        let said = hook.ask(asked.clone()).await;
        assert_eq!(said["error"]["code"], code, "{asked}: {said}");
        assert!(hook.actions().is_empty(), "{asked}");
    }
    let foreign = json!({ "create": "ram-user", "account": "99" });
    assert_eq!(hook.ask(foreign).await["error"]["code"], "no-such-account");
    assert_eq!(hook.actions(), ["GetCallerIdentity"]);
}

/// The worked example of the page `Request syntax and signature method V3`.
#[test]
fn its_signature_is_that_of_the_documents_example() {
    if !has_python() {
        return;
    }
    let program = r#"
import importlib.util, sys
spec = importlib.util.spec_from_file_location("hook", sys.argv[1])
hook = importlib.util.module_from_spec(spec)
spec.loader.exec_module(hook)
headers = {
    "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-version": "2014-05-26",
    "x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}
query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
print(hook.signed(headers["host"], query, headers, "YourAccessKeyId", "YourAccessKeySecret"))
"#;
    let output = Command::new("python3")
        .args(["-B", "-c", program])
        .arg(script())
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,\
         SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    );
}
