// Back ends that are found by name: all addresses of the name are called, and it is looked up again
// when one of them fails.
#include "name_server.h"
#include "plugged.h"

namespace tamarack::gateway {
namespace {

constexpr char kGet[] = "/t.Fish/Get";

// Two back ends at the same port of two addresses, and a gateway that knows the name only.
struct Named {
  explicit Named(std::vector<std::string> addresses) : names(std::move(addresses)) {
    gateway.WriteDescriptors("t.binpb", FishProto());
    gateway.Start();
  }
  GenericServer one;
  GenericServer two{one.port(), grpc::InsecureServerCredentials(), "127.0.0.2"};
  NameServer names;
  Plugged gateway{R"({"name": "t", "descriptor_set": "t.binpb", "address": "dns://)" +
                  names.address() + "/fish.test:" + std::to_string(one.port()) +
                  R"(", "plain_text": true})"};
};

TEST_CASE("calls go round the addresses of a name, and past one that is gone",
          "[gateway][upstream]") {
  Named name({"127.0.0.1", "127.0.0.2"});
  auto client = name.gateway.Connect();
  REQUIRE(Eventually([&] {
    CHECK(client.Send("GET", "/t/7").status == 200);
    return name.one.Calls(kGet) > 0 && name.two.Calls(kGet) > 0;
  }));
  int one = name.one.Calls(kGet), two = name.two.Calls(kGet);
  for (int i = 0; i < 20; ++i) CHECK(client.Send("GET", "/t/7").status == 200);
  CHECK(name.one.Calls(kGet) == one + 10);
  CHECK(name.two.Calls(kGet) == two + 10);

  name.one.Stop();
  for (int i = 0; i < 20; ++i) CHECK(client.Send("GET", "/t/7").status == 200);
  // Not tried again, so that these tell that nothing goes to the address that is gone.
  for (int i = 0; i < 20; ++i)
    CHECK(client.Send("POST", "/t", "Content-Type: application/json\r\n", "{}").status == 200);
}

TEST_CASE("a back end that moved to another address is found by its name", "[gateway][upstream]") {
  Named name({"127.0.0.1"});
  REQUIRE(name.gateway.Status("GET", "/t/7") == 200);
  CHECK(name.two.Calls(kGet) == 0);
  name.names.Tell({"127.0.0.2"});
  name.one.Stop();
  CHECK(Eventually([&] { return name.gateway.Status("GET", "/t/7") == 200; }));
  CHECK(name.two.Calls(kGet) > 0);
}

TEST_CASE("a back end is found by a name of this machine", "[gateway][upstream]") {
  GenericServer server;
  Plugged gateway(R"({"name": "t", "descriptor_set": "t.binpb", "address": "dns:///localhost:)" +
                  std::to_string(server.port()) + "\"}");
  gateway.WriteDescriptors("t.binpb", FishProto());
  gateway.Start();
  CHECK(gateway.Status("GET", "/t/7") == 200);
}

}  // namespace
}  // namespace tamarack::gateway
