#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// Reads JSON text (RFC 8259) strictly, value by value, and builds nothing: the caller asks what
// comes next and takes it. What is not JSON, and what JSON leaves open (bad UTF-8, lone
// surrogates), fails; everything after a failure is kNothing, so a caller may look once, at the
// end. A copy reads on from the same place by itself: that is how to look ahead.
class JsonReader {
 public:
  enum class Kind : uint8_t { kObject, kArray, kString, kNumber, kBoolean, kNull, kNothing };

  // Objects and arrays may lie in each other `depth_max` deep.
  JsonReader(std::string_view text, int depth_max) : text_(text), depth_max_(depth_max) {}

  // The kind of the value that begins here.
  Kind Peek();

  // Goes into the object or array that begins here.
  void Enter();
  // The next member's name, decoded as by String; its value comes next.
  // False at the object's end.
  bool NextMember(std::string_view* name);
  // True if an element comes next, false at the array's end.
  bool NextElement();

  // Take the value that begins here, whose kind Peek has told. Strings are decoded; numbers and
  // booleans are as they stand.
  std::string_view String();
  std::string_view Number();
  std::string_view Boolean();
  void Null();
  void Skip();

  // True for a string that had escapes: the next one of those overwrites it.
  bool IsDecoded(std::string_view string) const { return string.data() == decoded_.data(); }

  // True if nothing but white space follows.
  bool AtEnd();

  bool has_failed() const { return has_failed_; }
  bool is_too_deep() const { return is_too_deep_; }
  // Bytes read; after a failure, where it is.
  size_t position() const { return position_; }

 private:
  bool HasMore() const { return position_ < text_.size(); }
  void SkipSpace();
  bool Take(char c);
  bool TakeWord(std::string_view word);
  bool Leave(char end);
  size_t Digits();
  void Unescape();
  bool HexDigits(uint32_t* value);
  void Fail() { has_failed_ = true; }

  std::string_view text_;
  size_t position_ = 0;
  int depth_ = 0;
  int depth_max_;
  bool is_fresh_ = false;  // Nothing of the object or array just entered has been read.
  bool has_failed_ = false;
  bool is_too_deep_ = false;
  std::string decoded_;  // The last string with escapes.
};

}  // namespace tamarack::gateway
