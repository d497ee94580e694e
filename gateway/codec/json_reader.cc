#include "gateway/codec/json_reader.h"

#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

namespace tamarack::gateway {

namespace ondemand = simdjson::ondemand;

namespace {

// Buffers that grew beyond this for a large text are not kept for the next one.
constexpr size_t kKeptBytesMax = size_t{64} * 1024;

// An object or array that is being read.
struct Container {
  ondemand::object object;
  ondemand::object_iterator member;
  ondemand::array array;
  ondemand::array_iterator element;
};

JsonReader::Kind KindOf(ondemand::json_type type) {
  switch (type) {
    case ondemand::json_type::object:
      return JsonReader::Kind::kObject;
    case ondemand::json_type::array:
      return JsonReader::Kind::kArray;
    case ondemand::json_type::string:
      return JsonReader::Kind::kString;
    case ondemand::json_type::number:
      return JsonReader::Kind::kNumber;
    case ondemand::json_type::boolean:
      return JsonReader::Kind::kBoolean;
    case ondemand::json_type::null:
      return JsonReader::Kind::kNull;
  }
  return JsonReader::Kind::kNothing;
}

}  // namespace

// simdjson is fast because its buffers are used again, so each thread keeps one set of them.
struct JsonReader::State {
  static std::unique_ptr<State> Take() {
    auto state = std::move(spare);
    if (!state) state = std::make_unique<State>();
    return state;
  }
  static void Keep(std::unique_ptr<State> state) {
    if (state->padded.capacity() <= kKeptBytesMax) spare = std::move(state);
  }

  ondemand::parser parser;
  ondemand::document document;
  ondemand::value value;  // What comes next, unless that is the document as a whole.
  std::vector<Container> containers;
  std::string padded;            // The text and what simdjson may read behind it.
  std::vector<uint8_t> decoded;  // Strings, each no longer than it is in the text.

 private:
  static thread_local std::unique_ptr<State> spare;
};

thread_local std::unique_ptr<JsonReader::State> JsonReader::State::spare;

JsonReader::JsonReader(std::string_view text, int depth_max)
    : text_(text), depth_max_(depth_max), state_(State::Take()) {
  // Zeros, since brackets behind the text could be taken for its own.
  state_->padded.assign(text).append(simdjson::SIMDJSON_PADDING, '\0');
  if (state_->containers.size() <= static_cast<size_t>(depth_max)) {
    state_->containers.resize(static_cast<size_t>(depth_max) + 1);
  }
  if (state_->decoded.size() < state_->padded.size()) {
    state_->decoded.resize(state_->padded.size());
  }
  simdjson::padded_string_view padded(state_->padded.data(), text.size(), state_->padded.size());
  ondemand::json_type type;
  if (state_->parser.iterate(padded).get(state_->document) || state_->document.type().get(type)) {
    Fail();
  } else {
    next_ = KindOf(type);
  }
}

JsonReader::~JsonReader() {
  State::Keep(std::move(state_));
}

std::string_view JsonReader::Fail() {
  has_failed_ = true;
  next_ = Kind::kNothing;
  return {};
}

void JsonReader::Enter() {
  if (has_failed_) return;
  if (depth_ == depth_max_) {
    Fail();
    return;
  }
  bool is_again = std::exchange(is_rewound_, false);
  bool is_object = next_ == Kind::kObject;
  bool is_root = depth_ == 0;
  Container& entered = state_->containers[static_cast<size_t>(depth_++)];
  is_fresh_ = true;
  simdjson::error_code error = simdjson::SUCCESS;
  if (is_again) {
    error = entered.object.reset().error();
  } else if (is_object) {
    error =
        (is_root ? state_->document.get_object() : state_->value.get_object()).get(entered.object);
  } else {
    error = (is_root ? state_->document.get_array() : state_->value.get_array()).get(entered.array);
  }
  if (error) Fail();
}

void JsonReader::Rewind() {
  if (has_failed_) return;
  is_rewound_ = true;
  next_ = Kind::kObject;
}

// After the last member or element, or after what should have been one: simdjson's iterators end
// in both cases.
void JsonReader::Leave() {
  --depth_;
  if (!state_->document.is_alive()) Fail();
}

bool JsonReader::NextMember(std::string_view* name) {
  if (has_failed_) return false;
  Container& container = state_->containers[static_cast<size_t>(depth_ - 1)];
  if (std::exchange(is_fresh_, false)) {
    if (container.object.begin().get(container.member)) return Fail(), false;
  } else {
    ++container.member;
  }
  if (container.member == ondemand::object_iterator()) return Leave(), false;
  ondemand::field field;
  ondemand::json_type type;
  if ((*container.member).get(field) || field.value().type().get(type)) return Fail(), false;
  state_->value = field.value();
  next_ = KindOf(type);
  *name = Decoded(field.key().raw());
  return !has_failed_;
}

bool JsonReader::NextElement() {
  if (has_failed_) return false;
  Container& container = state_->containers[static_cast<size_t>(depth_ - 1)];
  if (std::exchange(is_fresh_, false)) {
    if (container.array.begin().get(container.element)) return Fail(), false;
  } else {
    ++container.element;
  }
  if (container.element == ondemand::array_iterator()) return Leave(), false;
  ondemand::json_type type;
  if ((*container.element).get(state_->value) || state_->value.type().get(type))
    return Fail(), false;
  next_ = KindOf(type);
  return true;
}

// What stands here up to the next sign or value. simdjson steps over it by itself.
std::string_view JsonReader::Token() {
  if (has_failed_) return {};
  std::string_view token;
  if (depth_ > 0) {
    token = state_->value.raw_json_token();
  } else if (state_->document.raw_json_token().get(token) ||
             token.end() != state_->padded.data() + text_.size()) {
    return Fail();  // A document that is one scalar has nothing else in it.
  }
  token.remove_suffix(token.size() - 1 - token.find_last_not_of(" \t\r\n"));
  return token;
}

std::string_view JsonReader::String() {
  if (has_failed_) return {};
  ondemand::raw_json_string raw;
  if (depth_ == 0 && Token().empty()) return {};
  auto error = depth_ == 0 ? state_->document.get_raw_json_string().get(raw)
                           : state_->value.get_raw_json_string().get(raw);
  if (error) return Fail();
  return Decoded(raw.raw());
}

// Each string is decoded to a place of its own, so that it stays while more is read.
std::string_view JsonReader::Decoded(const char* begin) {
  ondemand::raw_json_string raw(reinterpret_cast<const uint8_t*>(begin));
  uint8_t* out = state_->decoded.data() + (begin - state_->padded.data());
  std::string_view string;
  return state_->parser.unescape(raw, out).get(string) ? Fail() : string;
}

std::string_view JsonReader::Number() {
  std::string_view number = Token();
  bool is_integer = false;
  return IsJsonNumber(number, &is_integer) ? number : Fail();
}

std::string_view JsonReader::Boolean() {
  std::string_view word = Token();
  return word == "true" || word == "false" ? word : Fail();
}

void JsonReader::Null() {
  if (Token() != "null") Fail();
}

void JsonReader::Skip() {
  std::string_view name;
  switch (Peek()) {
    case Kind::kObject:
      for (Enter(); NextMember(&name);) Skip();
      return;
    case Kind::kArray:
      for (Enter(); NextElement();) Skip();
      return;
    case Kind::kString:
      String();
      return;
    case Kind::kNumber:
      Number();
      return;
    case Kind::kBoolean:
      Boolean();
      return;
    case Kind::kNull:
      return Null();
    case Kind::kNothing:
      return;
  }
}

bool JsonReader::AtEnd() {
  if (has_failed_) return false;
  bool is_scalar = false;
  if (state_->document.is_scalar().get(is_scalar)) Fail();
  // A scalar has shown already that it is alone.
  if (!is_scalar && state_->document.current_location().error() != simdjson::OUT_OF_BOUNDS) Fail();
  return !has_failed_;
}

bool IsJsonNumber(std::string_view text, bool* is_integer) {
  size_t i = 0;
  auto digits = [&] {
    size_t begin = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - begin;
  };
  if (i < text.size() && text[i] == '-') ++i;
  size_t begin = i, count = digits();
  if (count == 0 || (count > 1 && text[begin] == '0')) return false;
  *is_integer = i == text.size();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

}  // namespace tamarack::gateway
