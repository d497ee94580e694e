#include "tests/integration/keys/fixture.h"

#include <sys/stat.h>

namespace tamarack::keys {

TEST_CASE_METHOD(Fixture, "Keyring: the file is read again when it changes, while it is used") {
  std::string before = sealer.Seal("secret", "x");
  int changes = 0;
  file->Start([&] { ++changes; });
  Rotate();
  CHECK(changes == 1);
  CHECK(sealer.Seal("secret", "x").starts_with("2."));
  CHECK(sealer.Open(before, "x").value() == "secret");
  CHECK(Metric("tamarack_keyring_version_in_use") == 2);
  file->Look();
  CHECK(changes == 1);
}

TEST_CASE_METHOD(Fixture, "Keyring: the loop looks at the file by itself") {
  auto watched = std::make_shared<KeyringFile>(loop.executor(), path, *ReadKeyring(path), registry,
                                               std::chrono::milliseconds(1));
  bool has_changed = false;
  watched->Start([&] { has_changed = true; });
  Rotate();
  loop.RunUntil([&] { return has_changed; });
  CHECK(watched->ring().in_use().id == "2");
}

TEST_CASE_METHOD(Fixture, "Keyring: a broken file changes nothing and is told of") {
  Rotate();
  const std::string good = Read();
  std::string sealed = sealer.Seal("secret", "x");
  int broken_files = 0;
  for (const std::string& broken :
       {good.substr(0, good.size() - 20), std::string(),
        std::string("another secret, of 32 characters"),
        crypto::FormatKeyring({{.id = "7", .secret = std::string(32, '7')}})}) {
    CAPTURE(broken);
    testing::CapturedStderr log;
    Write(broken);
    file->Look();
    file->Look();
    CHECK(Metric("tamarack_keyring_reload_failures_total") == ++broken_files);
    CHECK(log.Text().find("keyring not usable, the old one stays in use") != std::string::npos);
    CHECK(log.Text().find(good.substr(good.size() - 20, 10)) == std::string::npos);
    CHECK(sealer.Open(sealed, "x").value() == "secret");
    CHECK(sealer.Seal("secret", "x").starts_with("2."));
  }
  Write(good);
  Rotate();
  CHECK(sealer.Seal("secret", "x").starts_with("3."));
}

TEST_CASE_METHOD(Fixture, "Keyring: changing the file keeps it whole, private and where it is") {
  const std::string link = folder.path + "/link";
  std::filesystem::create_symlink(path, link);
  Write("a secret of before there were versions");
  ::chmod(path.c_str(), 0644);
  std::ofstream(path + ".new") << "of somebody who was killed";
  auto add = [](crypto::KeyVersions& versions) {
    versions.push_back({.id = "2", .secret = std::string(32, 's')});
    return absl::OkStatus();
  };
  REQUIRE(ChangeKeyring(link, add).ok());
  CHECK(std::filesystem::is_symlink(link));
  CHECK(ReadKeyring(link)->size() == 2);
  struct stat state{};
  REQUIRE(::stat(path.c_str(), &state) == 0);
  CHECK((state.st_mode & 0777) == 0600);
  CHECK_FALSE(std::filesystem::exists(path + ".new"));

  const std::string good = Read();
  CHECK(absl::IsAborted(ChangeKeyring(path, [](crypto::KeyVersions& versions) {
    versions.clear();
    return absl::AbortedError("no");
  })));
  CHECK(Read() == good);
  CHECK_FALSE(ChangeKeyring(folder.path + "/none", add).ok());
  CHECK_FALSE(std::filesystem::exists(folder.path + "/none"));
}

}  // namespace tamarack::keys
