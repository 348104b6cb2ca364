use domain::delivery::Answer;
use futures::future::BoxFuture;

use super::{
    Access, Destination, Findings, Media, MediaRefusal, Order, Picture, PostsFound, Receipt, Reply, Site,
    Wanted, WordpressBridge, WordpressRest,
};

/// Each site by what it can be spoken to with.
pub struct ByAccess {
    pub bridge: WordpressBridge,
    pub rest: WordpressRest,
}

impl ByAccess {
    fn of(&self, site: &Site) -> &dyn Destination {
        match site.access {
            Access::Signed | Access::Key(_) => &self.bridge,
            Access::Password { .. } => &self.rest,
        }
    }
}

impl Destination for ByAccess {
    fn reserve<'a>(
        &'a self,
        site: &'a Site,
        order: &'a Order,
    ) -> BoxFuture<'a, Option<Reply<Result<String, Answer>>>> {
        self.of(site).reserve(site, order)
    }

    fn carry_out<'a>(
        &'a self,
        site: &'a Site,
        order: &'a Order,
        media: &'a [Media],
    ) -> BoxFuture<'a, Reply<Answer>> {
        self.of(site).carry_out(site, order, media)
    }

    fn look_up<'a>(&'a self, site: &'a Site, order: &'a Order) -> BoxFuture<'a, Reply<Receipt>> {
        self.of(site).look_up(site, order)
    }

    fn push_media<'a>(
        &'a self,
        site: &'a Site,
        picture: &'a Picture,
    ) -> BoxFuture<'a, Reply<Result<Media, MediaRefusal>>> {
        self.of(site).push_media(site, picture)
    }

    fn read<'a>(
        &'a self,
        site: &'a Site,
        wanted: &'a Wanted,
    ) -> BoxFuture<'a, Reply<Result<PostsFound, Answer>>> {
        self.of(site).read(site, wanted)
    }

    fn probe<'a>(&'a self, site: &'a Site, post_type: Option<&'a str>) -> BoxFuture<'a, Reply<Findings>> {
        self.of(site).probe(site, post_type)
    }
}
