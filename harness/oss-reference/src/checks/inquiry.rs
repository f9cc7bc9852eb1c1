//! What the checks know of a request: facts that are worked out once, when first asked for.

use std::borrow::Cow;
use std::cell::OnceCell;

use oss_policy::{PostPolicy, PostPolicyError};

use super::claim::{BadClaim, Caller, Claimed};
use super::rights::{self, Right};
use crate::answer::Rejection;
use crate::config::Config;
use crate::limit::Limit;
use crate::operation::{self, Class, Operation};
use crate::request::{CopySource, Form, Request};
use crate::world::object::ObjectKind;
use crate::world::{AccessKey, Account, Bucket, KeyHolder, Object, Session, World};

/// A request before its judges.
pub struct Inquiry<'a> {
    pub request: &'a Request<'a>,
    /// PostObject's fields.
    pub form: Option<&'a Form>,
    /// The state of the service.
    pub world: &'a World,
    /// The server's configuration.
    pub config: &'a Config,
    /// The small body, once it has been read.
    pub(super) body: Option<&'a [u8]>,
    operation: OnceCell<Result<Operation, Rejection>>,
    key: OnceCell<Option<Cow<'a, str>>>,
    version: OnceCell<Option<Cow<'a, str>>>,
    source: OnceCell<Option<CopySource>>,
    claim: OnceCell<Result<Option<Claimed<'a>>, BadClaim>>,
    post_policy: OnceCell<Option<Result<PostPolicy, PostPolicyError>>>,
    caller: OnceCell<Caller>,
    rights: OnceCell<Vec<Right<'a>>>,
}

impl<'a> Inquiry<'a> {
    /// An inquiry into `request`.
    pub fn new(
        request: &'a Request<'a>,
        form: Option<&'a Form>,
        world: &'a World,
        config: &'a Config,
    ) -> Self {
        Self {
            request,
            form,
            world,
            config,
            body: None,
            operation: OnceCell::new(),
            key: OnceCell::new(),
            version: OnceCell::new(),
            source: OnceCell::new(),
            claim: OnceCell::new(),
            post_policy: OnceCell::new(),
            caller: OnceCell::new(),
            rights: OnceCell::new(),
        }
    }

    /// The same request, with its small body.
    pub(super) fn with_body<'b>(&'b self, body: &'b [u8]) -> Inquiry<'b> {
        let inner = self.again();
        Inquiry {
            body: Some(body),
            ..inner
        }
    }

    /// The same caller, asking for `operation` on `key` of the same bucket, or on that version of it.
    pub(super) fn asking<'b>(
        &'b self,
        operation: Operation,
        key: &'b str,
        version: Option<&'b str>,
    ) -> Inquiry<'b> {
        let inner = self.again();
        Inquiry {
            operation: OnceCell::from(Ok(operation)),
            key: OnceCell::from(Some(Cow::Borrowed(key))),
            version: OnceCell::from(version.map(Cow::Borrowed)),
            ..inner
        }
    }

    fn again<'b>(&'b self) -> Inquiry<'b> {
        let again = Inquiry::new(self.request, self.form, self.world, self.config);
        Inquiry {
            caller: OnceCell::from(self.caller().clone()),
            ..again
        }
    }

    /// What is asked.
    ///
    /// # Errors
    /// 400 or 405 when method, sub-resources and headers name no operation.
    pub fn operation(&self) -> Result<Operation, Rejection> {
        self.operation
            .get_or_init(|| operation::identify(self.request))
            .clone()
    }

    /// Whether `operation` is what is asked.
    pub fn asks(&self, operation: Operation) -> bool {
        matches!(self.operation.get_or_init(|| operation::identify(self.request)), Ok(known) if *known == operation)
    }

    /// The class of what is asked, if that is known.
    pub fn class(&self) -> Option<Class> {
        let operation = self
            .operation
            .get_or_init(|| operation::identify(self.request));
        operation.as_ref().ok().map(|operation| operation.class())
    }

    /// The time at which the request is judged, in Unix seconds.
    pub fn now(&self) -> i64 {
        self.request.arrival.received
    }

    /// That time as it looks from a limit: the same, but for a server that is to be off by one there ([`crate::config::Faults`]).
    pub(super) fn now_at(&self, limit: Limit) -> i64 {
        let slack = self.config.faults.slack(limit);
        self.now() + if limit.is_ahead() { slack } else { -slack }
    }

    /// The bucket addressed, if it exists.
    pub fn bucket(&self) -> Option<&'a Bucket> {
        self.world.buckets.get(self.request.bucket()?)
    }

    /// The key addressed: that of the path, or PostObject's field with `${filename}` expanded.
    pub fn key(&self) -> Option<&str> {
        let own = || match self.form {
            Some(form) => form.key(),
            None => self.request.key().map(Cow::Borrowed),
        };
        self.key.get_or_init(own).as_deref()
    }

    /// The version of it that is named. Only operations that concern one version are let through with one.
    pub(super) fn version(&self) -> Option<&str> {
        let own = || self.request.query_value("versionId").map(Cow::Borrowed);
        self.version.get_or_init(own).as_deref()
    }

    /// What CopyObject and UploadPartCopy copy from; `None` too when the header cannot be read.
    pub(super) fn copy_source(&self) -> Option<&CopySource> {
        self.source
            .get_or_init(|| self.request.copy_source()?.ok())
            .as_ref()
    }

    /// The object whose bytes are asked for: that of a read, or the source of a copy; behind a symbolic link its target.
    pub(super) fn bytes_read(&self) -> Option<&'a Object> {
        let (bucket, key, version) = match self.operation().ok()? {
            Operation::GetObject => (self.bucket()?, self.key()?, self.version()),
            Operation::CopyObject | Operation::UploadPartCopy => {
                let source = self.copy_source()?;
                let bucket = self.world.buckets.get(&source.bucket)?;
                (bucket, source.key.as_str(), source.version.as_deref())
            }
            _ => return None,
        };
        let object = bucket.object(key, version).ok()?;
        match &object.kind {
            ObjectKind::Symlink { target } => bucket.objects.get(target),
            _ => Some(object),
        }
    }

    /// The region the request is served in, where that is certain: the bucket's, or the one the host names.
    pub(super) fn certain_region(&self) -> Option<&'a str> {
        let bucket = self.bucket().map(|bucket| bucket.region.as_str());
        bucket.or_else(|| self.request.destination.addressed.class.region())
    }

    /// The value of an OSS header, or of the field of the same name in a form.
    pub(super) fn header_or_field(&self, name: &str) -> Option<&'a str> {
        match self.form {
            Some(form) => form.field(name),
            None => self.request.header(name),
        }
    }

    /// The signature the request claims to carry; `Ok(None)` for anonymous requests.
    ///
    /// A form is judged by its fields alone (help page: PostObject), a preflight by nothing (help page: OptionObject).
    pub(super) fn claim(&self) -> Result<Option<&Claimed<'a>>, &BadClaim> {
        self.claim
            .get_or_init(|| self.read_claim())
            .as_ref()
            .map(Option::as_ref)
    }

    /// The claim, if there is one that can be read.
    pub(super) fn readable_claim(&self) -> Option<&Claimed<'a>> {
        self.claim().ok().flatten()
    }

    fn read_claim(&self) -> Result<Option<Claimed<'a>>, BadClaim> {
        if self.request.method == "OPTIONS" {
            return Ok(None);
        }
        if let Some(form) = self.form {
            let claim = oss_auth::find_form_claim(&form.fields).map_err(BadClaim::Form)?;
            return Ok(claim.map(Claimed::Form));
        }
        let request = oss_auth::Request {
            method: self.request.method,
            bucket: self.request.bucket(),
            key: self.request.key(),
            query: &self.request.query,
            headers: &self.request.headers,
            path: self.request.raw_path,
        };
        let claim = oss_auth::find_claim(&request).map_err(BadClaim::Request)?;
        Ok(claim.map(Claimed::Request))
    }

    /// The policy of a form, where it has a claim and so a policy.
    pub(super) fn post_policy(&self) -> Option<&Result<PostPolicy, PostPolicyError>> {
        let read = || match self.readable_claim()? {
            Claimed::Form(claim) => Some(PostPolicy::decode(claim.policy())),
            Claimed::Request(_) => None,
        };
        self.post_policy.get_or_init(read).as_ref()
    }

    /// The access key the claim names, if it exists.
    pub(super) fn access_key(&self) -> Option<&'a AccessKey> {
        self.world.keys.get(self.readable_claim()?.access_key_id())
    }

    /// The token the claim carries, where its key is a temporary one.
    pub(super) fn session_token(&self) -> Option<&'a str> {
        match self.access_key()?.holder {
            KeyHolder::Session { .. } => self.readable_claim()?.security_token(),
            KeyHolder::Root { .. } | KeyHolder::RamUser { .. } => None,
        }
    }

    /// The session of the caller: that of its token, else the one its temporary key was issued with.
    pub(super) fn session(&self) -> Option<&'a Session> {
        let key = self.access_key()?;
        if !matches!(key.holder, KeyHolder::Session { .. }) {
            return None;
        }
        let by_token = self
            .session_token()
            .and_then(|token| self.world.sessions.get(token));
        by_token.or_else(|| {
            self.world
                .sessions
                .values()
                .find(|session| session.access_key_id == key.id)
        })
    }

    /// Who asks, as the claim says; [`super::TABLE`] is where the claim is tested. What cannot be read or is not known is anonymous.
    pub fn caller(&self) -> &Caller {
        self.caller
            .get_or_init(|| match self.access_key().map(|key| &key.holder) {
                None => Caller::Anonymous,
                Some(KeyHolder::Root { account }) => Caller::Root {
                    uid: account.clone(),
                },
                Some(KeyHolder::RamUser { account, user }) => Caller::RamUser {
                    account: account.clone(),
                    uid: user.clone(),
                },
                Some(KeyHolder::Session { account }) => match self.session() {
                    Some(session) => Caller::Role {
                        account: session.account.clone(),
                        role: session.role.clone(),
                        session: session.name.clone(),
                    },
                    None => Caller::Role {
                        account: account.clone(),
                        role: String::new(),
                        session: String::new(),
                    },
                },
            })
    }

    /// The caller's account, if the caller has one that exists.
    pub(super) fn caller_account(&self) -> Option<&'a Account> {
        self.world.accounts.get(self.caller().account()?)
    }

    /// What the request needs to be allowed, each with what policies and ACLs say to it.
    pub(super) fn rights(&self) -> &[Right<'a>] {
        self.rights.get_or_init(|| rights::needed(self))
    }

    /// Those that nothing but ACL or ownership can still grant.
    pub(super) fn open_rights(&self) -> impl Iterator<Item = &Right<'a>> {
        let caller = self.caller();
        self.rights().iter().filter(|right| right.is_open(caller))
    }
}
