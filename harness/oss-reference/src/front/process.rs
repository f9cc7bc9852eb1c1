//! From a request's head to its answer: decided, its body taken, carried out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::request::Parts;

use super::body::Arriving;
use super::faulty::Refused;
use super::form::{FormParser, Step};
use super::payload::{declared_md5, invalid_digest, is_aws_chunked, take_payload};
use super::{Arrival, Front};
use crate::answer::{Answer, Refusal, Rejection};
use crate::checks::{self, Granted, Inquiry};
use crate::config::Extreme;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::operations::content::{ContentWriter, TooLong};
use crate::operations::{self, Call, Payload};
use crate::request::{self, Form, Request};

impl Front {
    /// From the head to the answer.
    pub(super) async fn process(
        &self,
        parts: &Parts,
        body: &mut Arriving,
        arrival: Arrival,
        id: &str,
        now: i64,
    ) -> Result<Answer, Refused> {
        // This server refuses even what it could not read.
        if self.config.faults.extreme == Some(Extreme::DenyAll) {
            return Err(Refusal::from(Denial::new(Cause::AccessDenied)).into());
        }
        let endpoint = arrival.vpc_endpoint.map(|endpoint| endpoint.to_string());
        let request = {
            let world = self.world.read();
            request::read(
                parts,
                arrival.peer,
                false,
                endpoint,
                &world,
                &self.config,
                id.to_owned(),
                now,
            )?
        };
        if is_aws_chunked(&request) {
            body.decode_aws_chunked();
        }
        if self.is_form(&request) {
            return Ok(self.process_form(&request, body).await?);
        }
        let (viewed, refusal) = self.decide_and_view(&request)?;
        let outcome = match viewed {
            Ok(Viewed::Answer(answer)) => Ok(answer),
            Ok(Viewed::Granted(granted)) => self.change(&request, &granted, body).await,
            Err(refusal) => Err(refusal),
        };
        match refusal {
            None => outcome.map_err(Refused::from),
            Some(refusal) => Err(Refused::in_spite_of(outcome, refusal)),
        }
    }

    /// Takes the body of what changes something, has it decided as well, and carries it out.
    async fn change(
        &self,
        request: &Request,
        granted: &Granted,
        body: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let payload = take_payload(request, granted.operation, &self.config.limits, body).await?;
        let mut despite = None;
        if let Payload::Small(bytes) = &payload {
            let world = self.world.read();
            let inquiry = Inquiry::new(request, None, &world, &self.config);
            if let Err(refusal) = guarded(|| checks::decide_body(&inquiry, bytes)) {
                if checks::despite(&inquiry, &refusal).is_none() {
                    return Err(refusal);
                }
                despite = Some(refusal);
            }
        }
        let outcome = self.carry_out(request, None, granted, payload);
        despite.map_or(outcome, Err)
    }

    /// Decides. A server that is wrong about a refusal goes on although it has refused: it has something granted, and a refusal.
    fn decide(&self, inquiry: &Inquiry<'_>) -> Result<(Granted, Option<Refusal>), Refusal> {
        match guarded(|| checks::decide(inquiry)) {
            Ok(granted) => Ok((granted, None)),
            Err(refusal) => match checks::despite(inquiry, &refusal) {
                Some(granted) => Ok((granted, Some(refusal))),
                None => Err(refusal),
            },
        }
    }

    /// Decides, and carries out at once what only reads: under one lock, so that nothing changes in between.
    fn decide_and_view(
        &self,
        request: &Request,
    ) -> Result<(Result<Viewed, Refusal>, Option<Refusal>), Refusal> {
        let world = self.world.read();
        let (granted, refusal) = self.decide(&Inquiry::new(request, None, &world, &self.config))?;
        let call = Call {
            config: &self.config,
            now: request.received,
            request,
            form: None,
            granted: &granted,
        };
        let viewed = guarded(|| operations::view(&world, &call).map_err(Refusal::from));
        let viewed = viewed.map(|answer| match answer {
            Some(answer) => Viewed::Answer(answer),
            None => Viewed::Granted(granted),
        });
        Ok((viewed, refusal))
    }

    fn carry_out(
        &self,
        request: &Request,
        form: Option<&Form>,
        granted: &Granted,
        payload: Payload,
    ) -> Result<Answer, Refusal> {
        let mut world = self.world.write();
        guarded(|| {
            operations::execute(
                &mut world,
                &self.config,
                request.received,
                request,
                form,
                granted,
                payload,
            )
            .map_err(Refusal::from)
        })
    }

    /// Whether the request is a PostObject, whose fields must be read before anything can be decided.
    fn is_form(&self, request: &Request) -> bool {
        if request.method != "POST" {
            return false;
        }
        let world = self.world.read();
        Inquiry::new(request, None, &world, &self.config).operation() == Ok(Operation::PostObject)
    }

    async fn process_form(
        &self,
        request: &Request,
        body: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let limits = &self.config.limits;
        let expected = declared_md5(request)?;
        if expected.is_some() {
            body.digest();
        }
        let mut parser = FormParser::new(request.header("content-type").unwrap_or(""), limits)?;
        let form = loop {
            match parser.step()? {
                Step::Fields(form) => break form,
                Step::More => match body.next().await? {
                    Some(bytes) => parser.feed(&bytes),
                    None => {
                        parser.finish()?;
                        return Err(operations::post::no_file().into());
                    }
                },
                Step::File(_) | Step::End => return Err(operations::post::no_file().into()),
            }
        };
        let (granted, refusal) = {
            let world = self.world.read();
            self.decide(&Inquiry::new(request, Some(&form), &world, &self.config))?
        };
        let stored = self
            .store_file(request, &form, &granted, (parser, expected), body)
            .await;
        refusal.map_or(stored, Err)
    }

    /// Takes the file of a form whose fields have been decided, and stores it.
    async fn store_file(
        &self,
        request: &Request,
        form: &Form,
        granted: &Granted,
        (mut parser, expected): (FormParser, Option<[u8; 16]>),
        body: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let limits = &self.config.limits;
        let range = operations::post::size_range(form);
        let mut writer = ContentWriter::new(range.map_or(limits.object_bytes, |(_, most)| {
            most.min(limits.object_bytes)
        }));
        loop {
            match parser.step()? {
                Step::File(bytes) => writer
                    .push(bytes)
                    .map_err(|TooLong| operations::post::too_large())?,
                Step::End => {
                    // What stands behind the closing boundary counts for nothing but the digest of the whole body.
                    while body.next().await?.is_some() {}
                    break;
                }
                Step::More => match body.next().await? {
                    Some(bytes) => parser.feed(&bytes),
                    None => parser.finish()?,
                },
                Step::Fields(_) => {}
            }
        }
        if range.is_some_and(|(least, _)| writer.length() < least) {
            return Err(operations::post::too_small().into());
        }
        if expected.is_some() && expected != body.md5() {
            return Err(invalid_digest().into());
        }
        let content = Payload::Content(writer.finish());
        self.carry_out(request, Some(form), granted, content)
    }
}

/// The result of deciding and, where nothing is changed, carrying out.
enum Viewed {
    Answer(Answer),
    Granted(Granted),
}

/// Runs `work`; a panic in it becomes a 500 for this request alone.
fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = "We encountered an internal error, please try again.";
        Err(Rejection::new(500, "InternalError", message).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer_for_its_own_request() {
        let refusal = guarded(|| -> Result<(), Refusal> { panic!("on purpose") }).unwrap_err();
        assert!(matches!(
            refusal,
            Refusal::Rejected(Rejection {
                status: 500,
                code: "InternalError",
                ..
            })
        ));
        assert_eq!(guarded(|| Ok(7)), Ok(7));
    }
}
