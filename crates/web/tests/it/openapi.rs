use actix_web::web::{ServiceConfig, get, resource};
use utoipa::OpenApi;
use web::test::{TestRequest, app};
use web::{List, ProblemBody, Success};

#[derive(OpenApi)]
#[openapi(paths(get_note, list_notes), components(schemas(ProblemBody)))]
struct Description;

#[derive(serde::Serialize, utoipa::ToSchema)]
struct Note {
    id: i64,
}

#[utoipa::path(get, path = "/api/notes/{id}/", responses((status = 200, body = Success<Note>), (status = 404, body = ProblemBody)))]
#[actix_web::get("/api/notes/{note}")]
async fn get_note() -> Success<Note> {
    Success::ok(Note { id: 1 })
}

#[utoipa::path(get, path = "/api/notes/", params(web::Page), responses((status = 200, body = List<Note>)))]
async fn list_notes() -> List<Note> {
    List::new(vec![Note { id: 1 }], None, 50)
}

fn routes(config: &mut ServiceConfig) {
    config.service(get_note).service(resource("/api/notes").route(get().to(list_notes)));
    web::openapi::serve(config, "/api/openapi.json", "/api/docs/", &Description::openapi());
}

#[actix_web::test]
async fn the_description_names_our_shapes() {
    let app = app(routes).await;
    let document = app.get("/api/openapi.json").await.json();
    assert!(document["openapi"].as_str().is_some_and(|it| it.starts_with("3.1")), "{document}");
    let schemas = &document["components"]["schemas"];
    assert!(schemas["Problem"]["properties"]["request_id"].is_object(), "{schemas}");
    let success = &document["paths"]["/api/notes/{id}/"]["get"]["responses"]["200"]["content"]["application/json"]
        ["schema"];
    let name = success["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
    let properties: Vec<_> = schemas[name]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(properties, ["data", "success"]);
    let parameters = &document["paths"]["/api/notes/"]["get"]["parameters"];
    assert_eq!(parameters[0]["name"], "limit", "{parameters}");
}

#[actix_web::test]
async fn a_405_names_the_described_methods_also_for_macro_routes() {
    let app = app(routes).await;
    let refused = app.send(TestRequest::delete().uri("/api/notes/1/")).await;
    assert_eq!((refused.status.as_u16(), refused.header("allow")), (405, "GET"));
}

#[actix_web::test]
async fn the_page_needs_nothing_from_elsewhere() {
    let app = app(routes).await;
    for entrance in ["/api/docs", "/api/docs/"] {
        let answer = app.get(entrance).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (302, "/api/docs/index.html"));
    }
    let page = app.get("/api/docs/index.html").await;
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    assert_eq!(page.status, 200);
    assert!(!html.contains("http://") && !html.contains("https://"), "{html}");
    assert!(!html.contains("<script>"), "no inline script: the policy forbids it\n{html}");
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
    for file in [
        "swagger-ui.css",
        "swagger-ui-bundle.js",
        "swagger-ui-standalone-preset.js",
        "swagger-initializer.js",
    ] {
        let answer = app.get(&format!("/api/docs/{file}")).await;
        assert_eq!(answer.status, 200, "{file}");
        assert!(html.contains(file), "{file} is not used");
    }
    let initializer = app.get("/api/docs/swagger-initializer.js").await.body;
    assert!(initializer.escape_ascii().to_string().contains("/api/openapi.json"));
    assert_eq!(app.get("/api/docs/no-such-file").await.code(), "not_found");
}
