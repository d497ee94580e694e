// Services are plugged in, changed and refused while the gateway serves.
#include "plugged.h"

#include <future>
#include <set>

namespace tamarack::gateway {
namespace {

std::string Descriptors(const GenericServer& server, const std::string& name,
                        const std::string& more = "") {
  return R"({"name": ")" + name + R"(", "descriptor_set": ")" + name + R"(.binpb", "address": ")" +
         server.address() + "\"" + more + "}";
}
std::string Reflected(const std::string& address, const std::string& name) {
  return R"({"name": ")" + name + R"(", "reflection": true, "address": ")" + address + "\"}";
}
bool HasPath(const Plugged& gateway, const std::string& path) {
  return gateway.Connect()
      .Send("GET", "/openapi.json")
      .Json()
      .at("paths")
      .as_object()
      .contains(path);
}
std::string ProblemsOf(Plugged& gateway, size_t index = 0) {
  return boost::json::serialize(gateway.Report(index).at("problems"));
}

TEST_CASE("a service is plugged in by a file and a line of configuration", "[gateway][plugin]") {
  GenericServer one, two;
  Plugged gateway(Descriptors(one, "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  CHECK(gateway.Status("GET", "/u/7") == 404);
  CHECK_FALSE(HasPath(gateway, "/u/{id}"));

  gateway.WriteDescriptors("u.binpb", FishProto("", "u"));
  gateway.Configure(Descriptors(one, "t") + "," + Descriptors(two, "u"));
  REQUIRE(gateway.AwaitUses(1));
  CHECK(gateway.Connect().Send("GET", "/u/7").body == R"({"id":"7","size":0})");
  CHECK(HasPath(gateway, "/u/{id}"));
  CHECK(gateway.Status("GET", "/t/7") == 200);
  CHECK(gateway.Metric("tamarack_gateway_routes") == "4");
  const std::string u_is_up = "tamarack_gateway_backend_up{backend=\"u\"}";
  CHECK(testing::Eventually([&] { return gateway.Metric(u_is_up) == "1"; }));
  two.Stop();
  CHECK(testing::Eventually([&] { return gateway.Metric(u_is_up) == "0"; }));

  gateway.Configure(Descriptors(one, "t"));
  REQUIRE(gateway.AwaitUses(2));
  CHECK(testing::Eventually([&] { return gateway.Metric(u_is_up).empty(); }));
  CHECK(gateway.Status("GET", "/u/7") == 404);
  CHECK(gateway.Status("GET", "/t/7") == 200);
}

TEST_CASE("a new route in a descriptor set is served, OpenAPI included", "[gateway][plugin]") {
  GenericServer server;
  Plugged gateway(Descriptors(server, "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  gateway.WriteDescriptors("t.binpb", FishProto(GetMethod("Weigh", "/t/{id}/weight")));
  REQUIRE(gateway.AwaitUses(1));
  CHECK(gateway.Status("GET", "/t/7/weight") == 200);
  CHECK(HasPath(gateway, "/t/{id}/weight"));
  CHECK(gateway.uses() == 1);
}

TEST_CASE("a mounted folder that is exchanged as a whole is noticed", "[gateway][plugin]") {
  GenericServer server;
  Plugged gateway(R"({"name": "t", "descriptor_set": "mount/t.binpb", "address": ")" +
                  server.address() + "\"}");
  namespace fs = std::filesystem;
  // As Kubernetes mounts a ConfigMap: mount/t.binpb → ..data/t.binpb, mount/..data → a folder.
  auto publish = [&](const std::string& version, const std::string& proto) {
    fs::create_directories(gateway.folder() / "mount" / version);
    gateway.WriteDescriptors("mount/" + version + "/t.binpb", proto);
    fs::create_directory_symlink(version, gateway.folder() / "mount/..data_tmp");
    fs::rename(gateway.folder() / "mount/..data_tmp", gateway.folder() / "mount/..data");
  };
  publish("..1", FishProto());
  fs::create_symlink("..data/t.binpb", gateway.folder() / "mount/t.binpb");
  gateway.Start();
  publish("..2", FishProto(GetMethod("Weigh", "/t/{id}/weight")));
  REQUIRE(gateway.AwaitUses(1));
  CHECK(gateway.Status("GET", "/t/7/weight") == 200);
}

TEST_CASE("what is refused changes nothing, and the reasons are told", "[gateway][plugin]") {
  struct Case {
    std::string bytes;
    const char* reason;
  };
  std::string fish = FishProto();
  auto bytes = [](const std::string& proto) {
    return Compile("t", proto).files.SerializeAsString();
  };
  auto [offered, reason] = GENERATE_COPY(values<Case>({
      {"no descriptors", "t.binpb is not a descriptor set"},
      {bytes(Replaced(fish, "int32 size = 2;", "string size = 2;")),
       "field-type: t.Fry.size: was int32, is string"},
      {bytes(Replaced(fish, "get: \"/t/{id}\"", "get: \"/t2/{id}\"")),
       "route-removed: GET /t/{id}: is gone (t.Fish.Get)"},
      {bytes(Replaced(fish, "get: \"/t/{id}\"", "get: \"/t/{id}\" body: \"*\"")),
       "get-body: t.Fish.Get"},
      {bytes(FishProto(GetMethod("Again", "/t/*"))),
       "GET /t/* is claimed by both t.Fish.Get and t.Fish.Again"},
      {bytes(FishProto(GetMethod("Broken", "/t/{id"))), "t.Fish.Broken"},
  }));
  GenericServer server;
  Plugged gateway(Descriptors(server, "t"));
  gateway.WriteDescriptors("t.binpb", fish);
  gateway.Start();
  gateway.Write("t.binpb", offered);
  REQUIRE(Eventually([&] { return !gateway.Report().at("current").as_bool(); }));
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains(reason));
  CHECK(gateway.Report().at("served").as_bool());
  CHECK(gateway.Connect().Send("GET", "/t/7").body == R"({"id":"7","size":0})");
  CHECK(gateway.uses() == 0);
  CHECK(gateway.Metric("tamarack_gateway_configuration_clean") == "0");
  CHECK(gateway.Metric("tamarack_gateway_loads_total{outcome=\"refused\"}") == "1");

  gateway.Write("t.binpb", bytes(FishProto(GetMethod("Weigh", "/t/{id}/weight"))));
  REQUIRE(Eventually([&] { return gateway.Report().at("current").as_bool(); }));
  CHECK(gateway.Status("GET", "/t/7/weight") == 200);
  CHECK(gateway.Metric("tamarack_gateway_configuration_clean") == "1");
}

TEST_CASE("a back end of 20,000 types is refused alone", "[gateway][plugin]") {
  std::string chained = FishProto("", "u");
  for (int i = 0; i < 20'000; ++i) {
    absl::StrAppend(&chained, "message M", i, " {",
                    i > 0 ? absl::StrCat("M", i - 1, " m = 1;") : "", "}\n");
  }
  GenericServer one, two;
  Plugged gateway(Descriptors(one, "t") + "," + Descriptors(two, "u"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.WriteDescriptors("u.binpb", FishProto("", "u"));
  gateway.Start();
  gateway.WriteDescriptors("u.binpb", chained);
  REQUIRE(Eventually([&] { return !gateway.Report(1).at("current").as_bool(); }));
  CHECK_THAT(ProblemsOf(gateway, 1), Catch::Contains("it has more than 10000 message types"));
  CHECK(gateway.Status("GET", "/t/7") == 200);
  CHECK(gateway.Status("GET", "/u/7") == 200);

  gateway.WriteDescriptors("t.binpb", FishProto(GetMethod("Weigh", "/t/{id}/weight")));
  REQUIRE(gateway.AwaitUses(1));
  CHECK(gateway.Status("GET", "/t/7/weight") == 200);
}

TEST_CASE("breaking changes are taken where the configuration says so", "[gateway][plugin]") {
  GenericServer server;
  Plugged gateway(Descriptors(server, "t", R"(, "allow_breaking": true)"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  gateway.WriteDescriptors("t.binpb",
                           Replaced(FishProto(), "get: \"/t/{id}\"", "get: \"/t2/{id}\""));
  REQUIRE(gateway.AwaitUses(1));
  CHECK(gateway.Status("GET", "/t2/7") == 200);
  CHECK(gateway.Status("GET", "/t/7") == 404);
  CHECK_THAT(boost::json::serialize(gateway.Report().at("warnings")),
             Catch::Contains("route-removed: GET /t/{id}"));
}

TEST_CASE("a broken configuration file leaves everything as it is", "[gateway][plugin]") {
  GenericServer server;
  Plugged gateway(Descriptors(server, "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  gateway.Configure(Descriptors(server, "t", R"(, "nonsense": 1)"));
  REQUIRE(Eventually([&] { return gateway.Report(), gateway.problems != "[]"; }));
  CHECK_THAT(gateway.problems, Catch::Contains("backends[0].nonsense: no such setting"));
  CHECK(gateway.Status("GET", "/t/7") == 200);
  gateway.Configure(Descriptors(server, "t"));
  REQUIRE(Eventually([&] { return gateway.Report(), gateway.problems == "[]"; }));
  CHECK(gateway.uses() == 0);
}

TEST_CASE("who claims another's route is refused alone", "[gateway][plugin]") {
  GenericServer one, two;
  Plugged gateway(Descriptors(one, "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  gateway.WriteDescriptors("u.binpb", FishProto(GetMethod("Steal", "/t/{id}"), "u"));
  gateway.WriteDescriptors("v.binpb", FishProto("", "v"));
  // Before the one it takes from, so that the order has no say.
  gateway.Configure(Descriptors(two, "u") + "," + Descriptors(one, "t") + "," +
                    Descriptors(two, "v"));
  REQUIRE(gateway.AwaitUses(1));
  CHECK(gateway.Status("GET", "/v/7") == 200);
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains("claimed by both"));
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains("u.Fish.Steal"));
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains("t.Fish.Get"));
  CHECK(gateway.Status("GET", "/u/7") == 404);
  CHECK(gateway.Status("GET", "/t/7") == 200);
  CHECK(two.Calls("/u.Fish/Steal") == 0);

  gateway.WriteDescriptors("u.binpb", FishProto("", "u"));
  REQUIRE(gateway.AwaitUses(2));
  CHECK(gateway.Status("GET", "/u/7") == 200);
}

TEST_CASE("a service that comes up later is plugged in by reflection", "[gateway][plugin]") {
  int port = GenericServer().port();  // Free again.
  std::string address = "127.0.0.1:" + std::to_string(port);
  Plugged gateway(Reflected(address, "t"));
  gateway.Start();
  CHECK(gateway.Status("GET", "/t/7") == 404);
  CHECK_FALSE(gateway.Report().at("served").as_bool());

  auto server = std::make_unique<GenericServer>(port);
  server->Reflect(Compile("t", FishProto()).files);
  REQUIRE(gateway.AwaitUses(1));
  REQUIRE(Eventually([&] { return gateway.Status("GET", "/t/7") == 200; }));
  CHECK(HasPath(gateway, "/t/{id}"));

  server->Reflect(Compile("t", FishProto(GetMethod("Weigh", "/t/{id}/weight"))).files);
  REQUIRE(gateway.AwaitUses(2));
  CHECK(gateway.Status("GET", "/t/7/weight") == 200);
  server->Reflect(Compile("t", Replaced(FishProto(), "int32 size = 2;", "bool size = 2;")).files);
  REQUIRE(Eventually([&] { return !gateway.Report().at("current").as_bool(); }));
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains("field-type"));
  CHECK(gateway.Status("GET", "/t/7/weight") == 200);

  // Away: its routes stay, and answer that it is.
  server.reset();
  REQUIRE(Eventually([&] { return gateway.Status("GET", "/t/7") == 503; }));
  server = std::make_unique<GenericServer>(port);
  server->Reflect(Compile("t", FishProto(GetMethod("Weigh", "/t/{id}/weight"))).files);
  REQUIRE(Eventually([&] { return gateway.Status("GET", "/t/7/weight") == 200; }));
  REQUIRE(Eventually([&] { return gateway.Report().at("current").as_bool(); }));
  CHECK(gateway.uses() == 2);
}

TEST_CASE("a service is plugged in by gRPC's own reflection, which is v1alpha",
          "[gateway][plugin]") {
  ToyServer toy;
  Plugged gateway(R"({"name": "toy", "reflection": true, "lint_ignore": ["repeated-body"], )"
                  R"("address": "127.0.0.1:)" +
                  std::to_string(toy.port) + "\"}");
  gateway.Start();
  CHECK(gateway.Status("GET", "/toy/v1/kites/7") == 200);
  CHECK(HasPath(gateway, "/toy/v1/kites"));
  CHECK(gateway.Report().at("current").as_bool());
}

TEST_CASE("a back end whose reflection gives no answer holds up no other", "[gateway][plugin]") {
  GenericServer silent, other;
  silent.FallSilent();
  constexpr char kMethod[] = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  Plugged gateway(Reflected(silent.address(), "s") + "," + Descriptors(other, "t"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains("reflection gives no answer"));
  CHECK(gateway.Status("GET", "/t/7") == 200);
  std::string more;
  int uses = 0;
  for (const char* path : {"/t/{id}/a", "/t/{id}/b", "/t/{id}/c"}) {
    more += GetMethod(std::string("More") + path[8], path);
    gateway.WriteDescriptors("t.binpb", FishProto(more));
    REQUIRE(gateway.AwaitUses(++uses));
    CHECK(gateway.Status("GET", std::string("/t/7/") + path[8]) == 200);
  }
  CHECK(silent.Calls(kMethod) <= 2);  // It was asked again after ten seconds, if at all.
}

TEST_CASE("a thousand reloads under load fail no request and change no answer",
          "[gateway][plugin]") {
  constexpr int kReloads = 1000, kClients = 4;
  GenericServer server;
  Plugged gateway(Descriptors(server, "t", R"(, "allow_breaking": true)"));
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();

  std::atomic<bool> is_over{false};
  std::vector<std::future<std::pair<int, std::string>>> clients;  // Requests, and what was wrong.
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::async(std::launch::async, [&gateway, &is_over] {
      auto client = gateway.Connect();
      int count = 0;
      while (!is_over) {
        std::string id = std::to_string(++count);
        Answer got = client.Send("GET", "/t/" + id);
        if (got.status != 200 || got.body != R"({"id":")" + id + R"(","size":0})")
          return std::pair(count, "GET: " + got.head + got.body);
        Answer made = client.Send("POST", "/t", "Content-Type: application/json\r\n",
                                  R"({"id":"a","size":)" + id + "}");
        if (made.status != 200 || made.body != R"({"id":"a","size":)" + id + "}")
          return std::pair(count, "POST: " + made.head + made.body);
        if (client.Send("GET", "/openapi.json").status != 200)
          return std::pair(count, std::string("/openapi.json"));
      }
      return std::pair(count, std::string());
    }));
  }
  std::string versions[] = {
      Compile("t", FishProto()).files.SerializeAsString(),
      Compile("t", FishProto(GetMethod("Weigh", "/t/{id}/weight"))).files.SerializeAsString()};
  bool is_live = true;
  for (int i = 1; i <= kReloads && is_live; ++i) {
    gateway.Write("t.binpb", versions[i % 2]);
    is_live = gateway.AwaitUses(i);
  }
  is_over = true;
  for (auto& client : clients) {
    auto [count, wrong] = client.get();
    CHECK(wrong == "");
    CHECK(count > 0);
  }
  CHECK(is_live);
  CHECK(gateway.uses() == kReloads);
  CHECK(gateway.Status("GET", "/t/7/weight") == 404);
}

// What a back end is trusted with is what its entry says now, whichever version of it is served.
struct Trusted {
  GenericServer one, two;
  Plugged gateway{Entry(one, R"(, "client_ip": true, "body_bytes_max": 4096)")};

  static std::string Entry(const GenericServer& server, const std::string& more,
                           const std::string& owner = "018f0000-0000-7000-8000-00000000000a") {
    return Descriptors(server, "t", R"(, "owner": ")" + owner + "\"" + more);
  }
  Trusted() {
    gateway.WriteDescriptors("t.binpb", FishProto());
    gateway.Start();
    CHECK(gateway.Status("GET", "/t/7") == 200);
    REQUIRE(one.LastMetadata().contains("x-tamarack-client-ip"));
  }
};

TEST_CASE("trust that an entry gives no more ends though its new version is refused",
          "[gateway][plugin]") {
  Trusted world;
  Plugged& gateway = world.gateway;
  gateway.WriteDescriptors("t.binpb", "");
  gateway.Configure(Trusted::Entry(world.one, R"(, "body_bytes_max": 1024)"));
  REQUIRE(Eventually([&] {
    CHECK(gateway.Status("GET", "/t/7") == 200);
    return !world.one.LastMetadata().contains("x-tamarack-client-ip");
  }));
  CHECK_FALSE(gateway.Report().at("problems").as_array().empty());
  CHECK(gateway.Connect()
            .Send("POST", "/t", "Content-Type: application/json\r\n",
                  R"({"id": ")" + std::string(1100, 'a') + "\"}")
            .status == 413);
}

TEST_CASE("paths that an entry gives no more are served no more, and what is wrong is told on",
          "[gateway][plugin]") {
  GenericServer server;
  Plugged gateway(Trusted::Entry(server, R"(, "paths": ["/t", "/u/"])"));
  std::string proto = FishProto(GetMethod("Other", "/u/{id}"));
  gateway.WriteDescriptors("t.binpb", proto);
  gateway.Start();
  CHECK(gateway.Status("GET", "/u/7") == 200);
  gateway.Configure(Trusted::Entry(server, R"(, "paths": ["/t"])"));
  REQUIRE(Eventually([&] { return gateway.Status("GET", "/u/7") == 404; }));
  CHECK(gateway.Status("GET", "/t/7") == 200);
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains("foreign-path"));
  const std::string refused = "tamarack_gateway_loads_total{outcome=\"refused\"}";
  CHECK(gateway.Metric(refused) == "1");
  // Looked at again, it is as wrong as before.
  gateway.WriteDescriptors("t.binpb", proto);
  REQUIRE(Eventually([&] { return gateway.Metric(refused) == "2"; }));
  CHECK_THAT(ProblemsOf(gateway), Catch::Contains("foreign-path"));
  CHECK(gateway.Status("GET", "/t/7") == 200);
  CHECK(gateway.Status("GET", "/u/7") == 404);
}

TEST_CASE("what was at another owner's address is not served as this one's", "[gateway][plugin]") {
  Trusted world;
  Plugged& gateway = world.gateway;
  gateway.WriteDescriptors("t.binpb", "");
  gateway.Configure(Trusted::Entry(world.two, "", "018f0000-0000-7000-8000-00000000000b"));
  REQUIRE(Eventually([&] { return gateway.Status("GET", "/t/7") == 404; }));
  CHECK(world.two.Calls("/t.Fish/Get") == 0);
}

}  // namespace
}  // namespace tamarack::gateway
