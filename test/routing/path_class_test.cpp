#include "routing/path_class.hpp"

#include <catch2/catch.hpp>

namespace gatehouse::routing {
namespace {

struct Row {
  const char* path;
  PathClass get, post;
};

constexpr PathClass page = PathClass::page, login = PathClass::login, rpc = PathClass::rpc, report = PathClass::report,
                    upload = PathClass::upload, file = PathClass::static_file, asset = PathClass::asset,
                    health = PathClass::health, database = PathClass::database, webhook = PathClass::webhook,
                    websocket = PathClass::websocket;

constexpr Row kRows[]{
    {"/", page, page},
    {"/web", page, page},
    {"/odoo/action-1/2", page, page},
    {"/web/webclient/version_info", page, page},
    {"/web/dataset/call_kw/res.partner/read", page, page},

    {"/web/login", page, login},
    {"/web/login/totp", page, login},
    {"/web/login_successful", page, page},
    {"/web/session/authenticate", page, login},
    {"/web/session/get_session_info", page, page},
    {"/web/reset_password", page, login},
    {"/web/signup", page, login},
    {"/fr/web/login", page, login},
    {"/fr_BE/web/login", page, login},
    {"/sr@latin/web/signup", page, login},
    {"/es_419/web/database/manager", database, database},
    {"/shop/web/login", page, page},

    {"/xmlrpc", rpc, rpc},
    {"/xmlrpc/2/object", rpc, rpc},
    {"/xmlrpc/common", rpc, rpc},
    {"/xmlrpcx", page, page},
    {"/jsonrpc", rpc, rpc},
    {"/jsonrpcs", page, page},
    {"/json/1/res.partner", rpc, rpc},
    {"/json/2/res.partner/read", rpc, rpc},
    {"/json/3", page, page},

    {"/report/pdf/account.report/1", report, report},
    {"/report", page, page},
    {"/reports", page, page},
    {"/web/export/xlsx", report, report},
    {"/base_import/set_file", report, report},

    {"/web/binary/upload_attachment", upload, upload},
    {"/web/binary/company_logo", page, page},
    {"/mail/attachment/upload", upload, upload},
    {"/mail/attachment/delete", page, page},

    {"/web/static/src/img/logo.png", file, file},
    {"/report/static/src/x.css", file, file},
    {"/web/static", page, page},
    {"/a/b/static/x", page, page},
    {"/static/x", page, page},
    {"/web/assets/1234567/web.assets_web.min.js", asset, asset},
    {"/web/image/1-ab12/x.png", asset, asset},
    {"/web/content/77", asset, asset},
    {"/web/contents/77", page, page},

    {"/web/health", health, health},
    {"/web/healthy", page, page},
    {"/web/database", database, database},
    {"/web/database/manager", database, database},
    {"/web/databases", page, page},
    {"/Web/Database/Manager", page, page},

    {"/web/hook/0b5e", webhook, webhook},
    {"/payment/stripe/webhook", webhook, webhook},
    {"/payments", page, page},
    {"/pos_adyen/notification", webhook, webhook},
    {"/pos_self_order/kiosk", page, page},

    {"/websocket", websocket, websocket},
    {"/websocket/health", websocket, websocket},
    {"/websocket/static/x", websocket, websocket},
    {"/websocketx", page, page},
    {"/bus/websocket_worker_bundle", page, page},
};

TEST_CASE("path class: what a path is by its segments, and by the method where a password is checked") {
  for (const Row& row : kRows) {
    CAPTURE(row.path);
    CHECK(name(classify(row.path, Verb::get, 18)) == name(row.get));
    CHECK(name(classify(row.path, Verb::post, 18)) == name(row.post));
  }
}

TEST_CASE("path class: longpolling belongs to the websocket pool for 14, 15 and when the version is unknown") {
  for (const unsigned version : {0u, 14u, 15u}) CHECK(classify("/longpolling/poll", Verb::post, version) == websocket);
  for (const unsigned version : {16u, 19u}) CHECK(classify("/longpolling/poll", Verb::post, version) == page);
  CHECK(classify("/longpolling", Verb::post, 0) == page);
}

TEST_CASE("path class: names lead back to their classes") {
  for (std::size_t i = 0; i < kPathClasses; ++i) {
    const auto path_class = static_cast<PathClass>(i);
    CHECK(path_class_named(name(path_class)) == path_class);
  }
  CHECK(name(PathClass::static_file) == "static");
  CHECK_FALSE(path_class_named("pages").has_value());
}

}  // namespace
}  // namespace gatehouse::routing
