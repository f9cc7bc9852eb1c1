//! From a request's head to its answer: decided, its body taken, carried out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::request::Parts;

use super::Front;
use super::body::Arriving;
use super::faulty::Refused;
use super::form::{FormParser, Step};
use super::payload::{declared_md5, invalid_digest, take_payload};
use crate::answer::{Answer, Refusal, Rejection};
use crate::checks::{self, Granted, Inquiry};
use crate::config::Extreme;
use crate::denial::{Cause, Denial};
use crate::operation::{self, Operation};
use crate::operations::content::ContentWriter;
use crate::operations::{self, Call, Payload};
use crate::refusals::full;
use crate::request::{Arrival, Destination, Form, Request};
use crate::world::World;

impl Front {
    /// From the head to the answer.
    pub(super) async fn process(
        &self,
        parts: &Parts,
        destination: Result<Destination<'_>, Rejection>,
        arrival: Arrival<'_>,
        body: &mut Arriving,
    ) -> Result<Answer, Refused> {
        // This server refuses even what it could not read.
        if self.config.faults.extreme == Some(Extreme::DenyAll) {
            return Err(Refusal::from(Denial::new(Cause::AccessDenied)).into());
        }
        let request = Request::read(parts, destination?, arrival)?;
        if request.aws_chunked().is_some() {
            body.decode_aws_chunked();
        }
        // The fields of a PostObject must be read before anything can be decided.
        if operation::identify(&request) == Ok(Operation::PostObject) {
            return Ok(self.process_form(&request, body).await?);
        }
        let Decided { outcome, refusal } = self.decide_and_view(&request)?;
        let outcome = match outcome {
            Ok(Viewed::Answer(answer)) => Ok(answer),
            Ok(Viewed::Change(granted)) => self.change(&request, &granted, body).await,
            Err(refusal) => Err(refusal),
        };
        match refusal {
            None => outcome.map_err(Refused::from),
            // An outcome that comes too late: the request has been refused.
            Some(refusal) => Err(Refused {
                refusal,
                carried_out: outcome.ok(),
            }),
        }
    }

    /// Decides, and carries out at once what only reads: under one lock, so that nothing changes in between.
    fn decide_and_view(
        &self,
        request: &Request<'_>,
    ) -> Result<Decided<Result<Viewed, Refusal>>, Refusal> {
        let world = self.world.read();
        let Decided { outcome, refusal } = self.decide(request, None, &world)?;
        let call = self.call(request, None, &outcome);
        let viewed = guarded(|| operations::view(&world, &call).map_err(Refusal::from));
        let outcome = viewed.map(|answer| match answer {
            Some(answer) => Viewed::Answer(answer),
            None => Viewed::Change(outcome),
        });
        Ok(Decided { outcome, refusal })
    }

    fn decide(
        &self,
        request: &Request<'_>,
        form: Option<&Form>,
        world: &World,
    ) -> Result<Decided<Granted>, Refusal> {
        let inquiry = Inquiry::new(request, form, world, &self.config);
        let (outcome, refusal) = match guarded(|| checks::decide(&inquiry)) {
            Ok(granted) => (granted, None),
            Err(refusal) => match checks::granted_anyway(&inquiry, &refusal) {
                Some(granted) => (granted, Some(refusal)),
                None => return Err(refusal),
            },
        };
        Ok(Decided { outcome, refusal })
    }

    /// Takes the body of what changes something, has it decided as well, and carries it out.
    async fn change(
        &self,
        request: &Request<'_>,
        granted: &Granted,
        body: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let payload = take_payload(
            request,
            granted.operation,
            &self.config.limits,
            body,
            &operations::memory_of(granted.operation, &self.memory),
        )
        .await?;
        let mut world = self.world.write();
        let mut refusal = None;
        if let Payload::Small(bytes) = &payload {
            let inquiry = Inquiry::new(request, None, &world, &self.config);
            if let Err(refused) = guarded(|| checks::decide_body(&inquiry, bytes)) {
                if checks::granted_anyway(&inquiry, &refused).is_none() {
                    return Err(refused);
                }
                refusal = Some(refused);
            }
        }
        let changed = carry_out(&mut world, &self.call(request, None, granted), payload);
        refusal.map_or(changed, Err)
    }

    fn call<'a>(
        &'a self,
        request: &'a Request<'a>,
        form: Option<&'a Form>,
        granted: &'a Granted,
    ) -> Call<'a> {
        Call {
            config: &self.config,
            request,
            form,
            granted,
        }
    }

    async fn process_form(
        &self,
        request: &Request<'_>,
        body: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let limits = &self.config.limits;
        let expected = declared_md5(request)?;
        if expected.is_some() {
            body.digest();
        }
        let mut parser = FormParser::new(request.header("content-type").unwrap_or(""), limits)?;
        // The fields take what has arrived of them, until the request is over.
        let mut fields = self.memory.share();
        let form = loop {
            match parser.step()? {
                Step::Fields(form) => break form,
                Step::More => match body.next().await? {
                    Some(bytes) => {
                        fields.grow(bytes.len() as u64).map_err(|_| full())?;
                        parser.feed(&bytes);
                    }
                    None => {
                        parser.finish()?;
                        return Err(operations::post::no_file().into());
                    }
                },
                Step::File(_) | Step::End => return Err(operations::post::no_file().into()),
            }
        };
        let Decided { outcome, refusal } = self.decide(request, Some(&form), &self.world.read())?;
        let stored = self
            .store_file(request, &form, &outcome, (parser, expected), body)
            .await;
        refusal.map_or(stored, Err)
    }

    /// Takes the file of a form whose fields have been decided, and stores it.
    async fn store_file(
        &self,
        request: &Request<'_>,
        form: &Form,
        granted: &Granted,
        (mut parser, expected): (FormParser, Option<[u8; 16]>),
        body: &mut Arriving,
    ) -> Result<Answer, Refusal> {
        let limits = &self.config.limits;
        let range = operations::post::size_range(form);
        let limit = range.map_or(limits.object_bytes, |(_, most)| {
            most.min(limits.object_bytes)
        });
        let mut writer = ContentWriter::new(limit, &self.memory);
        loop {
            match parser.step()? {
                Step::File(bytes) => writer
                    .push(bytes)
                    .map_err(|why| why.rejection(operations::post::too_large))?,
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
        let call = self.call(request, Some(form), granted);
        carry_out(&mut self.world.write(), &call, content)
    }
}

/// What goes on. A server that is wrong about a refusal goes on although it has refused: it has both.
struct Decided<T> {
    outcome: T,
    /// What it answers with all the same.
    refusal: Option<Refusal>,
}

/// What was granted, carried out already where it only reads.
enum Viewed {
    Answer(Answer),
    Change(Granted),
}

fn carry_out(world: &mut World, call: &Call<'_>, payload: Payload) -> Result<Answer, Refusal> {
    guarded(|| operations::change(world, call, payload).map_err(Refusal::from))
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
