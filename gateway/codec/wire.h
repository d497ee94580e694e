#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace tamarack::gateway {

// The wire types of protobuf. No message of ours has groups; they are skipped as unknown fields.
enum class WireType : uint8_t {
  kVarint = 0,
  kFixed64 = 1,
  kBytes = 2,
  kGroupStart = 3,
  kGroupEnd = 4,
  kFixed32 = 5
};

inline void AppendVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

inline void AppendTag(int number, WireType type, std::string& out) {
  AppendVarint(static_cast<uint64_t>(number) << 3 | static_cast<uint64_t>(type), out);
}

// Little-endian; the platforms we build for are.
template <class T>
void AppendFixed(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

inline void AppendBytes(int number, std::string_view bytes, std::string& out) {
  AppendTag(number, WireType::kBytes, out);
  AppendVarint(bytes.size(), out);
  out += bytes;
}

// Begins a length-delimited value of unknown length; `CloseLength` with the returned position ends
// it. One byte is reserved, since most are shorter than 128 bytes; longer ones are moved.
inline size_t OpenLength(std::string& out) {
  out += '\0';
  return out.size();
}

inline void CloseLength(size_t start, std::string& out) {
  std::string length;
  AppendVarint(out.size() - start, length);
  out[start - 1] = length[0];
  if (length.size() > 1) out.insert(start, length, 1, std::string::npos);
}

inline uint64_t ZigZag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}

inline int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

// One field as it stands on the wire.
struct WireField {
  int number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;      // Varints and fixed-width values.
  std::string_view bytes;  // Length-delimited values.
};

// Reads fields one after the other; every length is checked against what is there.
class WireReader {
 public:
  explicit WireReader(std::string_view wire) : wire_(wire) {}

  bool AtEnd() const { return wire_.empty(); }
  // What is not read yet.
  std::string_view rest() const { return wire_; }
  // False when the bytes are not a field. A group reads as a field 0, which no message has.
  bool Next(WireField* field) {
    if (!Tag(field)) return false;
    if (field->type != WireType::kGroupStart) return Value(field->type, field);
    return SkipGroup(std::exchange(field->number, 0), kGroupDepthMax);
  }
  // Reads one value without a tag, as in packed fields.
  bool Value(WireType type, WireField* field) {
    switch (type) {
      case WireType::kVarint:
        return Varint(&field->value);
      case WireType::kFixed64:
        return Fixed<uint64_t>(&field->value);
      case WireType::kFixed32:
        return Fixed<uint32_t>(&field->value);
      case WireType::kBytes: {
        uint64_t length = 0;
        if (!Varint(&length) || length > wire_.size()) return false;
        field->bytes = wire_.substr(0, length);
        wire_.remove_prefix(length);
        return true;
      }
      case WireType::kGroupStart:
      case WireType::kGroupEnd:
        break;
    }
    return false;
  }

 private:
  static constexpr int kGroupDepthMax = 100;

  bool Tag(WireField* field) {
    uint64_t tag = 0;
    if (!Varint(&tag) || tag >> 3 == 0 || tag >> 3 > 0x1FFFFFFF) return false;
    // Whole, so that nothing of the field before it is taken for this one's.
    *field = {};
    field->number = static_cast<int>(tag >> 3);
    field->type = static_cast<WireType>(tag & 7);
    return true;
  }
  bool SkipGroup(int number, int depth) {
    for (WireField field; depth > 0 && Tag(&field);) {
      if (field.type == WireType::kGroupEnd) return field.number == number;
      bool ok = field.type == WireType::kGroupStart ? SkipGroup(field.number, depth - 1)
                                                    : Value(field.type, &field);
      if (!ok) return false;
    }
    return false;
  }
  bool Varint(uint64_t* value) {
    *value = 0;
    for (unsigned shift = 0; shift < 64 && !wire_.empty(); shift += 7) {
      auto byte = static_cast<unsigned char>(wire_.front());
      wire_.remove_prefix(1);
      *value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  template <class T>
  bool Fixed(uint64_t* value) {
    if (wire_.size() < sizeof(T)) return false;
    T fixed;
    std::memcpy(&fixed, wire_.data(), sizeof fixed);
    *value = fixed;
    wire_.remove_prefix(sizeof fixed);
    return true;
  }

  std::string_view wire_;
};

}  // namespace tamarack::gateway
