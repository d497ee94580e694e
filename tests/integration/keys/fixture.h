// Kites, whose owners' names are sealed, and a keyring file.
#pragma once

#include "platform/keys/keyring_file.h"
#include "platform/keys/resealer.h"

#include "platform/crypto/hash.h"
#include "platform/telemetry/metrics.h"
#include "tests/support/captured_stderr.h"
#include "tests/support/database.h"
#include "tests/support/loop.h"

#include <stdlib.h>
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>

namespace tamarack::keys {

inline std::span<const pg::Migration> Schema() {
  // Whoever makes kite 5000 anew waits for the test's lock, if it holds one.
  static constexpr char kSql[] = R"sql(
    CREATE TABLE kite (kite_id int PRIMARY KEY, owner_sealed text);
    CREATE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_advisory_xact_lock_shared(5000); RETURN NEW; END $$;
    CREATE TRIGGER wait_for_test BEFORE UPDATE ON kite FOR EACH ROW WHEN (NEW.kite_id = 5000)
      EXECUTE FUNCTION wait_for_test();)sql";
  static const auto& sha256 = *new std::string(crypto::Sha256Hex(kSql));
  static const pg::Migration migrations[] = {{1, "0001_kite", kSql, sha256.c_str()}};
  return migrations;
}

inline constexpr ColumnSql kOwners = SEALED_COLUMN("kite", "owner_sealed", "kite_id");
inline constexpr pg::Statement kInsertKites{
    "kite.insert", "INSERT INTO kite SELECT * FROM unnest($1::int[], $2::text[])"};
inline constexpr pg::Statement kListKites{
    "kite.list", "SELECT kite_id, owner_sealed FROM kite ORDER BY kite_id"};
inline constexpr pg::Statement kLockKite{"kite.lock",
                                         "SELECT FROM kite WHERE kite_id = $1 FOR UPDATE"};

inline std::string PlaceOf(std::string_view kite_id) {
  return "kite/" + std::string(kite_id);
}

inline KeyUses Uses(const crypto::Keyring& ring) {
  return {.columns = {SealedColumn(
              kOwners, crypto::Sealer(ring, "test"),
              [](const pg::Rows& rows, int row) { return PlaceOf(rows.Text(row, 2)); })}};
}

// A folder that is there as long as this.
struct Folder {
  Folder() {
    char name[] = "/tmp/tamarack-keys-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

struct Fixture {
  static constexpr int kKites = 6000;

  Folder folder;
  std::string path = folder.path + "/secret";
  testing::Loop loop;
  testing::Database database{Schema()};
  pg::Pool pool{loop.executor(), database.dsn(), 4};
  prometheus::Registry registry;
  std::shared_ptr<KeyringFile> file = Begin();
  crypto::Sealer sealer{file->ring(), "test"};
  pg::Pool resealing{loop.executor(), database.dsn(), 1};
  Resealer resealer{loop.executor(), resealing, file->ring(), Uses(file->ring()).columns, registry};

  std::shared_ptr<KeyringFile> Begin() {
    Write("a secret of before there were versions");
    return std::make_shared<KeyringFile>(loop.executor(), path, *ReadKeyring(path), registry);
  }
  void Write(const std::string& text) const { std::ofstream(path, std::ios::trunc) << text; }
  std::string Read() const {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // Adds a version that is used at once.
  void Rotate() {
    absl::Status changed = ChangeKeyring(path, [](crypto::KeyVersions& versions) {
      std::string id = std::to_string(versions.size() + 1);
      versions.push_back({.id = id, .secret = std::string(31, 's') + id});
      return absl::OkStatus();
    });
    if (!changed.ok()) throw std::runtime_error(std::string(changed.message()));
    file->Look();
  }

  void InsertKites() {
    std::vector<int> ids;
    std::vector<std::string> sealed;
    for (int id = 1; id <= kKites; ++id) {
      ids.push_back(id);
      sealed.push_back(sealer.Seal("Zoe " + std::to_string(id), PlaceOf(std::to_string(id))));
    }
    if (auto rows = loop.Await(pool.Query(kInsertKites, ids, sealed)); !rows.ok())
      throw std::runtime_error(std::string(rows.status().message()));
  }
  // How many name their owner.
  int Readable() {
    auto rows = loop.Await(pool.Query(kListKites));
    int readable = 0;
    for (int row = 0; row < rows->size(); ++row) {
      std::string id(rows->Text(row, 0));
      auto owner = sealer.Open(rows->Text(row, 1), PlaceOf(id));
      if (owner.ok() && *owner == "Zoe " + id) ++readable;
    }
    return readable;
  }
  int OfVersion(const std::string& id) const {
    return std::stoi(
        database.Execute("SELECT count(*) FROM kite WHERE owner_sealed LIKE '" + id + ".%'"));
  }
  double Metric(const std::string& line) const {
    std::string text = telemetry::SerializeMetrics(registry);
    size_t at = text.find("\n" + line + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + line.size() + 2));
  }
};

}  // namespace tamarack::keys
