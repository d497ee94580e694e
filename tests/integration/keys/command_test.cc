#include "platform/keys/command.h"

#include "tests/integration/keys/fixture.h"

namespace tamarack::keys {
namespace {

struct Commands : Fixture {
  std::chrono::seconds outlives{0};

  // Status of `keys …`; what it said of a refusal is in `said`.
  int Run(std::vector<std::string> words, bool is_now = false) {
    testing::CapturedStderr stderr_text;
    int status =
        RunCommand(words, {path, database.dsn(), is_now}, [&](const crypto::Keyring& ring) {
          KeyUses uses = Uses(ring);
          uses.outlives = outlives;
          return uses;
        });
    said = stderr_text.Text();
    return status;
  }
  // As if all was ten minutes ago.
  void Age() const {
    REQUIRE(ChangeKeyring(path, [](crypto::KeyVersions& versions) {
              for (auto& version : versions)
                if (version.used_from > 0) version.used_from -= 600;
              return absl::OkStatus();
            }).ok());
  }
  std::string said;
};

}  // namespace

TEST_CASE_METHOD(Commands, "keys rotate: a version for later, or for now") {
  REQUIRE(Run({"rotate"}) == 0);
  crypto::KeyVersions versions = *ReadKeyring(path);
  REQUIRE(versions.size() == 2);
  CHECK(versions[1].id == "2");
  CHECK(versions[1].used_from > UnixSeconds(Now()) + 500);
  CHECK(crypto::VersionInUse(versions, Now()) == 0);
  CHECK(versions[0].secret == "a secret of before there were versions");
  CHECK(Run({"rotate"}) == 1);
  CHECK(said.find("version 2 is made already, and used from 20") != std::string::npos);
  CHECK(ReadKeyring(path)->size() == 2);
  REQUIRE(Run({"rotate"}, true) == 0);
  versions = *ReadKeyring(path);
  CHECK(versions[2].id == "3");
  CHECK(versions[2].secret != versions[1].secret);
  CHECK(crypto::VersionInUse(versions, Now()) == 2);
}

TEST_CASE_METHOD(Commands, "keys check: every row opens, or the keyring is another's") {
  InsertKites();
  REQUIRE(Run({"rotate"}, true) == 0);
  CHECK(Run({"check"}) == 0);
  // The same version, with another secret: what `keys list` cannot tell.
  crypto::KeyVersions versions = *ReadKeyring(path);
  REQUIRE(ChangeKeyring(path, [](crypto::KeyVersions& all) {
            all[0].secret.back() ^= 1;
            return absl::OkStatus();
          }).ok());
  CHECK(Run({"list"}) == 0);
  CHECK(Run({"check"}) == 1);
  CHECK(said.find("rows are not this keyring's") != std::string::npos);
  REQUIRE(ChangeKeyring(path, [&](crypto::KeyVersions& all) {
            all = {versions[1]};
            return absl::OkStatus();
          }).ok());
  CHECK(Run({"check"}) == 1);
}

TEST_CASE_METHOD(Commands, "keys retire: refused while rows are left, and what is in use stays") {
  InsertKites();
  CHECK(Run({"retire", "1"}) == 1);
  CHECK(said.find("version 1 is in use") != std::string::npos);
  REQUIRE(Run({"rotate"}, true) == 0);
  Age();
  file->Look();
  CHECK(Run({"retire", "1"}) == 1);
  CHECK(said.find("kite.owner_sealed: 6000") != std::string::npos);
  CHECK(ReadKeyring(path)->size() == 2);
  REQUIRE(loop.Await(resealer.Round()).value().rows_left == 0);
  CHECK(Run({"retire", "2"}) == 1);
  CHECK(Run({"retire", "5"}) == 1);
  REQUIRE(Run({"retire", "1"}) == 0);
  CHECK(ReadKeyring(path)->size() == 1);
  file->Look();
  CHECK(Readable() == kKites);
}

TEST_CASE_METHOD(Commands, "keys retire: a version that was overtaken keeps nothing") {
  REQUIRE(Run({"rotate"}) == 0);        // version 2, for in ten minutes
  REQUIRE(Run({"rotate"}, true) == 0);  // version 3 overtakes it
  crypto::KeyVersions versions = *ReadKeyring(path);
  CHECK(crypto::ReplacedAt(versions, 0) == versions[2].used_from);
  // Ten minutes and a second after version 3 came into use; version 2 would have been for now.
  REQUIRE(ChangeKeyring(path, [](crypto::KeyVersions& all) {
            all[1].used_from = UnixSeconds(Now()) - 1;
            all[2].used_from = UnixSeconds(Now()) - 601;
            return absl::OkStatus();
          }).ok());
  CHECK(Run({"retire", "1"}) == 0);
  CHECK(Run({"retire", "2"}) == 0);
  CHECK(Run({"retire", "3"}) == 1);
}

TEST_CASE_METHOD(Commands, "keys retire: waits until what was given out has ended, if it may") {
  outlives = std::chrono::hours(1);
  REQUIRE(Run({"rotate"}, true) == 0);
  Age();
  CHECK(Run({"retire", "1"}) == 1);
  CHECK(said.find("given out under version 1 is good until") != std::string::npos);
  CHECK(Run({"retire", "1"}, true) == 0);
}

TEST_CASE_METHOD(Commands, "keys retire: not while a process may not know the next version yet") {
  REQUIRE(Run({"rotate"}, true) == 0);
  for (bool is_now : {false, true}) {
    CHECK(Run({"retire", "1"}, is_now) == 1);
    CHECK(said.find("what replaces version 1 may not be in use everywhere before 20") !=
          std::string::npos);
  }
  CHECK(ReadKeyring(path)->size() == 2);
  Age();
  // What is to come after does not matter.
  REQUIRE(Run({"rotate"}) == 0);
  CHECK(Run({"retire", "1"}) == 0);
}

TEST_CASE_METHOD(Commands, "keys: words that are none") {
  for (std::vector<std::string> words :
       {std::vector<std::string>{}, {"turn"}, {"retire"}, {"list", "all"}, {"rotate", "1"}}) {
    CHECK(Run(words) == 2);
    CHECK(said.find("keys list, keys check, keys rotate or keys retire VERSION") !=
          std::string::npos);
  }
  CHECK(Run({"list"}) == 0);
}

}  // namespace tamarack::keys
