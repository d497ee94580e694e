#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tamarack::gateway {

// Reads the members of one JSON object of the configuration. Remembers which were asked for, so
// that the others can be refused, and goes on after a problem, so that all are told at once.
class ConfigMembers {
 public:
  // `name` stands before the members in problems: empty or `backends[0].`.
  ConfigMembers(const boost::json::object& object, std::string name,
                std::vector<std::string>* problems)
      : object_(object), name_(std::move(name)), problems_(problems) {}

  // Each leaves `value` alone when the member is absent, or wrong: then a problem is noted.
  void Text(const char* key, std::string* value, bool is_required = false);
  void File(const char* key, const std::filesystem::path& folder, std::string* path,
            bool is_required = false);
  void Flag(const char* key, bool* value);
  void Number(const char* key, int64_t min, int64_t max, int64_t* value);
  void Decimal(const char* key, double min, double max, double* value);
  // Appends.
  void Texts(const char* key, std::vector<std::string>* values);

  // Null when the member is absent or wrong.
  const boost::json::array* List(const char* key, bool is_required = false);
  const boost::json::object* Object(const char* key);

  void Fail(std::string_view key, std::string_view what);
  // Refuses members that nobody asked for. Call last.
  void Finish();

  std::vector<std::string>* problems() { return problems_; }

 private:
  const boost::json::value* Find(const char* key);

  const boost::json::object& object_;
  std::string name_;
  std::vector<std::string>* problems_;
  std::set<std::string> known_;
};

}  // namespace tamarack::gateway
