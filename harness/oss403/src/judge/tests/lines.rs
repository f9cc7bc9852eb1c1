//! A reason is one line, and nothing in it is obeyed: what a server says may begin no line of a report.

use super::*;

#[test]
fn what_a_server_says_begins_no_line() {
    const HOSTILE: &str = "x\n::error title=pwn::gh\r\n##vso[task.complete]\u{2028}a\u{2029}b\u{85}c\u{202e}d\u{9b}31m\u{feff}";
    let body = |name: &str| {
        let start = format!("<{name}>");
        expired().replace(&start, &format!("{start}{HOSTILE}"))
    };
    let header = |name: &str| Twin::new().edited_header(name, Some(HOSTILE));
    let probe = answer(403, &[], &error_body(HOSTILE, "a", "1"));
    let twins = [
        Twin::new().edited_body(&body("Code")),
        Twin::new().edited_body(&body("Message")),
        Twin::new().edited_body(&body("RequestId")),
        Twin::new().edited_body(&body("HostId")),
        Twin::new().edited_body(&expired().replace("Error>", "E\u{200e}rr>")),
        Twin::new()
            .edited_body(&expired().replace("<Error>", &format!("<Error xmlns='{HOSTILE}'>"))),
        Twin::new().edited_body(&format!("<?xml version='{HOSTILE}'?><Error/>")),
        Twin::new().edited_body(&format!("<Error>&{HOSTILE};</Error>")),
        header("content-type"),
        header("content-encoding"),
        header("date"),
        header("x-oss-request-id"),
        Twin::new().edited(|r| r.defects = vec![HOSTILE.into()]),
        Twin::new().edited_body(&body("Code")).base(403),
        Twin::new().probe(probe.clone(), probe),
        Twin::new().record(|r| r.progress = Progress::PreconditionFailed(HOSTILE.into())),
        Twin::new().record(|r| r.progress = Progress::HarnessError(HOSTILE.into())),
    ];
    for (number, twin) in twins.iter().enumerate() {
        let judgement = twin.judge();
        assert_ne!(judgement.verdict, Verdict::Conformant, "{number}");
        let obeyed =
            |c: char| c.is_control() || "\u{2028}\u{2029}\u{202e}\u{200e}\u{feff}".contains(c);
        assert!(
            !judgement.reason.contains(obeyed),
            "{number}: {:?}",
            judgement.reason
        );
    }
}
