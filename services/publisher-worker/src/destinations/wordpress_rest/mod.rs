//! WordPress without our plugin, by its own REST API and a person's application password.

use domain::delivery::{Answer, Failure, ReceiptAnswer};
use domain::{AddressPolicy, Clock};
use futures::FutureExt;
use futures::future::BoxFuture;

mod answers;
mod authors;
mod fields;
mod library;
mod media;
mod moves;
mod post;
mod probe;
mod publish;
mod reading;
mod routes;
mod talk;
mod terms;
mod text;
mod update;

use self::answers::No;
use self::talk::{Ask, Talk};
use super::{
    Destination, Findings, Media, MediaRefusal, Order, Picture, PostsFound, Receipt, Reply, Site, Task,
    Wanted,
};
use crate::egress::Egress;

/// Speaks to `/wp/v2/`.
#[derive(Clone)]
pub struct WordpressRest {
    pub egress: Egress,
    pub clock: Clock,
    /// Where a password may go without encryption: not beyond this machine.
    pub policy: AddressPolicy,
}

impl Destination for WordpressRest {
    fn reserve<'a>(
        &'a self,
        site: &'a Site,
        order: &'a Order,
    ) -> BoxFuture<'a, Option<Reply<Result<String, Answer>>>> {
        async move {
            let Task::Publish(written) = &order.task else { return None };
            let mut talk = Talk::new(self, site);
            let value = publish::reserve(&mut talk, order, &written.article).await;
            Some(talk.came_to(value))
        }
        .boxed()
    }

    fn carry_out<'a>(
        &'a self,
        site: &'a Site,
        order: &'a Order,
        media: &'a [Media],
    ) -> BoxFuture<'a, Reply<Answer>> {
        async move {
            let mut talk = Talk::new(self, site);
            let done = match &order.task {
                Task::Publish(written) => publish::publish(&mut talk, order, written, media).await,
                Task::Update(written, seen) => update::update(&mut talk, written, seen, media).await,
                Task::Mend(written, seen, parts) => {
                    update::mend(&mut talk, written, seen, parts, media).await
                }
                Task::Move(command, id) => moves::carry_out(&mut talk, *command, id).await,
            };
            talk.came_to(done.map_or_else(|answer| answer, Answer::Done))
        }
        .boxed()
    }

    fn look_up<'a>(&'a self, site: &'a Site, order: &'a Order) -> BoxFuture<'a, Reply<Receipt>> {
        async move {
            let mut talk = Talk::new(self, site);
            let found = match &order.task {
                Task::Publish(written) => publish::look_up(&mut talk, order, &written.article).await,
                Task::Update(written, seen) => update::look_up(&mut talk, written, seen).await,
                // What fails beside a post is done again, and turned away if the post is another by then.
                Task::Mend(..) => Ok(ReceiptAnswer::Unknown),
                Task::Move(command, id) => moves::look_up(&mut talk, *command, id).await,
            };
            let receipt = match found {
                Ok(answer) => Receipt { answer, trouble: None },
                Err(no) => Receipt {
                    answer: ReceiptAnswer::Unavailable { retry_after: no.retry_after() },
                    trouble: Some(no.into_answer()),
                },
            };
            talk.came_to(receipt)
        }
        .boxed()
    }

    fn push_media<'a>(
        &'a self,
        site: &'a Site,
        picture: &'a Picture,
    ) -> BoxFuture<'a, Reply<Result<Media, MediaRefusal>>> {
        async move {
            let mut talk = Talk::new(self, site);
            let value = media::push(&mut talk, picture).await.map_err(MediaRefusal::from);
            talk.came_to(value)
        }
        .boxed()
    }

    fn read<'a>(
        &'a self,
        site: &'a Site,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Reply<Result<PostsFound, Answer>>> {
        async move {
            let mut talk = Talk::new(self, site);
            let value = reading::read(&mut talk, wanted).await.map_err(No::into_answer);
            talk.came_to(value)
        }
        .boxed()
    }

    fn probe<'a>(&'a self, site: &'a Site, post_type: Option<&'a str>) -> BoxFuture<'a, Reply<Findings>> {
        async move {
            let mut talk = Talk::new(self, site);
            let fields = "id,name,username,roles,capabilities";
            let ask = Ask::get("/wp/v2/users/me").with("context", "edit").with("_fields", fields);
            let mut value = match talk.ask(ask).await {
                Ok(person) => probe::of_person(&person),
                Err(no) => Failure::of(&no.into_answer())
                    .map_or_else(Findings::default, |failure| probe::of_failure(&failure)),
            };
            value.checks.extend(post_type.map(|_| probe::no_plugin_to_ask()));
            talk.came_to(value)
        }
        .boxed()
    }
}
