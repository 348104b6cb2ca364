use reqwest::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG, IF_MODIFIED_SINCE, IF_RANGE, LAST_MODIFIED, RANGE,
};
use reqwest::{Method, Response, StatusCode};

use crate::service::Service;

/// So much code that the package has some hundred kilobytes.
fn large() -> String {
    let numbers = (0_u64..40_000).map(|it| it.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    numbers.map(|it| format!("// {it:x}")).collect::<Vec<_>>().join("\n")
}

async fn ask(service: &Service, method: Method, headers: &[(reqwest::header::HeaderName, &str)]) -> Response {
    let request = service.client.request(method, format!("{}/download/", service.base));
    headers.iter().fold(request, |request, (name, value)| request.header(name, *value)).send().await.unwrap()
}

/// In memory, and streamed from the store.
const MEMORY: [&str; 2] = ["67108864", "1000"];

#[tokio::test]
async fn a_download_that_was_broken_off_goes_on_where_it_was() {
    for memory in MEMORY {
        let service = Service::start_with(&[("IGNY8__ARTIFACTS__MEMORY_BYTES", memory)]).await;
        service.release("1.0.0", &large()).await.unwrap();
        let whole = ask(&service, Method::GET, &[]).await;
        assert_eq!(whole.headers()[ACCEPT_RANGES], "bytes");
        let (tag, date) = (whole.headers()[ETAG].clone(), whole.headers()[LAST_MODIFIED].clone());
        let (tag, date) = (tag.to_str().unwrap(), date.to_str().unwrap());
        let whole = whole.bytes().await.unwrap();
        assert!(whole.len() > 200_000, "{}", whole.len());

        let first = ask(&service, Method::GET, &[(RANGE, "bytes=0-99999")]).await;
        assert_eq!(first.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(first.headers()[CONTENT_RANGE], format!("bytes 0-99999/{}", whole.len()));
        let rest = ask(&service, Method::GET, &[(RANGE, "bytes=100000-"), (IF_RANGE, tag)]).await;
        assert_eq!(rest.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!([first.bytes().await.unwrap(), rest.bytes().await.unwrap()].concat(), whole);

        let other = ask(&service, Method::GET, &[(RANGE, "bytes=100000-"), (IF_RANGE, "\"another\"")]).await;
        assert_eq!((other.status(), other.bytes().await.unwrap()), (StatusCode::OK, whole.clone()));
        let beyond = ask(&service, Method::GET, &[(RANGE, "bytes=9999999-")]).await;
        assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(beyond.headers()[CONTENT_RANGE], format!("bytes */{}", whole.len()));
        let known = ask(&service, Method::GET, &[(IF_MODIFIED_SINCE, date)]).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        let head = ask(&service, Method::HEAD, &[]).await;
        assert_eq!(head.headers()[CONTENT_LENGTH], whole.len().to_string());
        assert_eq!(head.headers()[ETAG], tag);

        service.write_counts().await;
        let complete = "sum(times) FROM plugin_downloads WHERE outcome = 'complete'";
        assert_eq!(service.number(complete).await, 3, "the whole twice, and once in two parts");
    }
}

#[tokio::test]
async fn a_damaged_package_is_not_given_out() {
    for memory in MEMORY {
        let mut service = Service::start_with(&[("IGNY8__ARTIFACTS__MEMORY_BYTES", memory)]).await;
        service.release("1.0.0", &large()).await.unwrap();
        service.restart().await;
        let file = service.package_file("1.0.0");
        let whole = std::fs::read(&file).unwrap();
        let mut damaged = whole.clone();
        damaged[150_000] ^= 1;
        for wrong in [Some(damaged), Some(whole[..1_000].to_vec()), None] {
            std::fs::remove_file(&file).unwrap();
            if let Some(wrong) = &wrong {
                std::fs::write(&file, wrong).unwrap();
            }
            let (status, problem) = service.get("/download/").await;
            assert_eq!(
                (status, problem["code"].as_str().unwrap()),
                (StatusCode::INTERNAL_SERVER_ERROR, "package_damaged")
            );
            if wrong.is_none() {
                std::fs::write(&file, "").unwrap();
            }
        }
        std::fs::write(&file, &whole).unwrap();
        assert_eq!(ask(&service, Method::GET, &[]).await.bytes().await.unwrap(), whole, "put back");
        service.write_counts().await;
        assert_eq!(service.number("sum(times) FROM plugin_refusals WHERE code = 'package_damaged'").await, 3);
    }
}

#[tokio::test]
async fn what_was_counted_is_written_before_the_end() {
    let mut service = Service::start_with(&[("IGNY8__COUNTS__WRITE_EVERY", "1h")]).await;
    service.release("1.0.0", "// one").await.unwrap();
    ask(&service, Method::GET, &[]).await.bytes().await.unwrap();
    service.restart().await;
    assert_eq!(service.count("plugin_downloads").await, 1);
}

#[tokio::test]
async fn who_goes_away_half_way_is_counted_as_such() {
    let service = Service::start().await;
    let megabytes: String = (0..12).map(|_| large()).collect();
    service.release("1.0.0", &megabytes).await.unwrap();
    let mut response = ask(&service, Method::GET, &[]).await;
    response.chunk().await.unwrap().unwrap();
    drop(response);
    testkit::eventually("the end is noticed", async || {
        service.write_counts().await;
        (service.count("plugin_downloads WHERE outcome = 'broken_off'").await == 1).then_some(())
    })
    .await;
    assert_eq!(service.count("plugin_downloads").await, 1);
}
