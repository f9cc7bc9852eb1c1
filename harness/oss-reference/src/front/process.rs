//! From a request's head to its answer: decided, its body taken, carried out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::request::Parts;

use super::body::Arriving;
use super::form::{FormParser, Step};
use super::payload::{declared_md5, invalid_digest, is_aws_chunked, take_payload};
use super::{Arrival, Front};
use crate::answer::{Answer, Refusal, Rejection};
use crate::checks::{self, Form, Granted, Inquiry};
use crate::config::Extreme;
use crate::denial::{Cause, Denial};
use crate::operation::Operation;
use crate::operations::content::{ContentWriter, TooLong};
use crate::operations::{self, Call, Payload};
use crate::request::{self, Request};

impl Front {
    /// From the head to the answer.
    pub(super) async fn process(
        &self,
        parts: &Parts,
        body: &mut Arriving,
        arrival: Arrival,
        id: &str,
        now: i64,
    ) -> Result<Answer, Refusal> {
        // This server refuses even what it could not read.
        if self.config.faults.extreme == Some(Extreme::DenyAll) {
            return Err(Denial::new(Cause::AccessDenied).into());
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
            return self.process_form(&request, body).await;
        }
        let granted = match self.decide_and_view(&request)? {
            Viewed::Answer(answer) => return Ok(answer),
            Viewed::Granted(granted) => granted,
        };
        let payload = take_payload(&request, granted.operation, &self.config.limits, body).await?;
        if let Payload::Small(bytes) = &payload {
            let world = self.world.read();
            let inquiry = Inquiry::new(&request, None, &world, &self.config);
            guarded(|| checks::decide_body(&inquiry, bytes))?;
        }
        self.carry_out(&request, None, &granted, payload)
    }

    /// Decides, and carries out at once what only reads: under one lock, so that nothing changes in between.
    fn decide_and_view(&self, request: &Request) -> Result<Viewed, Refusal> {
        let world = self.world.read();
        let granted =
            guarded(|| checks::decide(&Inquiry::new(request, None, &world, &self.config)))?;
        let call = Call {
            config: &self.config,
            now: request.received,
            request,
            form: None,
            granted: &granted,
        };
        let viewed = guarded(|| operations::view(&world, &call).map_err(Refusal::from))?;
        Ok(match viewed {
            Some(answer) => Viewed::Answer(answer),
            None => Viewed::Granted(granted),
        })
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
        let granted = {
            let world = self.world.read();
            guarded(|| checks::decide(&Inquiry::new(request, Some(&form), &world, &self.config)))?
        };
        let range = operations::post::size_range(&form);
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
        self.carry_out(
            request,
            Some(&form),
            &granted,
            Payload::Content(writer.finish()),
        )
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
