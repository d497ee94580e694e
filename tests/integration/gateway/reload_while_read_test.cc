// Configurations that come faster than they are read.
#include "plugged.h"

namespace tamarack::gateway {
namespace {

TEST_CASE("a configuration that arrives while another is read is read at the next look",
          "[gateway][plugin]") {
  GenericServer server;
  auto named = [&](int round) {
    return R"({"name": "n)" + std::to_string(round) +
           R"(", "descriptor_set": "t.binpb", "address": ")" + server.address() + "\"}";
  };
  Plugged files(named(0));
  files.WriteDescriptors("t.binpb", FishProto());
  auto config = LoadConfig(files.config_file());
  REQUIRE(config.ok());
  Loader loader(files.config_file(), *config);
  REQUIRE(loader.Load(true).has_value());
  std::string served = "n0";
  auto look = [&] {
    if (auto result = loader.Load(false)) served = result->report.backends.at(0).name;
  };
  for (int round = 1; round <= 400; round += 2) {
    files.Configure(named(round));
    // Somewhere in the reading of the last one.
    std::jthread writer([&] {
      for (volatile int i = 0; i < round * 1000; i = i + 1) {
      }
      files.Configure(named(round + 1));
    });
    look();
    writer.join();
    look();
    if (served != "n" + std::to_string(round + 1)) FAIL("round " << round << ": " << served);
  }
}

}  // namespace
}  // namespace tamarack::gateway
