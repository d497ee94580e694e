#include "services/payments/sandbox/card_book.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tamarack::payments::sandbox {
namespace {

struct File {
  char folder[32] = "/tmp/tamarack-card-book-XXXXXX";
  std::string path = std::string(mkdtemp(folder)) + "/book";
  ~File() { std::filesystem::remove_all(folder); }
};

Authorisation Request(const char* reference, int64_t amount = 9000) {
  Authorisation request;
  request.reference = reference;
  request.amount = amount;
  return request;
}

const Verdict kGood{};
const Verdict kBad{Verdict::Outcome::kDecline, "declined", {}};

}  // namespace

TEST_CASE("Card book: one authorisation for each reference, whatever comes later", "[payments]") {
  CardBook book("");
  CHECK(book.Authorise(Request("r"), kGood)->state == "authorised");
  CHECK(book.Authorise(Request("r"), kBad)->state == "authorised");
  CHECK(book.Authorise(Request("r", 1), kGood) == nullptr);
  CHECK(book.All().size() == 1);
}

TEST_CASE("Card book: captured or released, once", "[payments]") {
  CardBook book("");
  book.Authorise(Request("a"), kGood);
  CHECK(book.Capture("a")->state == "captured");
  CHECK(book.Capture("a")->state == "captured");
  CHECK(book.Release("a")->state == "captured");
  book.Authorise(Request("b"), kGood);
  CHECK(book.Release("b")->state == "released");
  CHECK(book.Capture("b")->state == "released");
  book.Authorise(Request("c"), kBad);
  CHECK(book.Capture("c")->state == "declined");
  CHECK(book.Capture("unknown") == nullptr);
}

TEST_CASE("Card book: after a release, a late authorisation reserves nothing", "[payments]") {
  CardBook book("");
  CHECK(book.Release("late")->state == "released");
  CHECK(book.Authorise(Request("late"), kGood)->state == "released");
}

TEST_CASE("Card book: remembers over a crash, even in the middle of a line", "[payments]") {
  File file;
  {
    CardBook book(file.path);
    book.Authorise(Request("a"), kGood);
    book.Capture("a");
    book.Authorise(Request("b"), kGood);
  }
  std::ofstream(file.path, std::ios::app) << R"({"reference":"c","sta)";
  {
    CardBook book(file.path);
    REQUIRE(book.Find("a") != nullptr);
    CHECK(book.Find("a")->state == "captured");
    CHECK(book.Find("b")->state == "authorised");
    CHECK(book.Find("c") == nullptr);
    book.Authorise(Request("d"), kGood);
  }
  CardBook book(file.path);
  CHECK(book.All().size() == 3);
}

}  // namespace tamarack::payments::sandbox
