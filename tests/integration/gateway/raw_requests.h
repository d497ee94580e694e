#pragma once

#include <string>
#include <vector>

// Requests byte by byte, as no client library would send them.
namespace tamarack::gateway {

// What is sent on one connection, and the statuses of all answers until the server closes it.
struct RawCase {
  std::string name;
  std::string bytes;
  std::vector<int> statuses;
};

inline const std::string kRawGet = "GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\n\r\n";
// The last request of a connection.
inline const std::string kRawLast =
    "GET /toy/v1/kites HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
inline const std::string kRawPost =
    "POST /toy/v1/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
inline const std::string kRawChunks = "2\r\n{}\r\n0\r\n\r\n";

// Ways to write `Transfer-Encoding: chunked` that one server takes for it and another does not.
struct TransferCoding {
  std::string name;
  std::string fields;  // Lines that end in \r\n.
  bool is_valid;       // By RFC 9112 it is `Transfer-Encoding: chunked`.
};

inline std::vector<TransferCoding> MutatedCodings() {
  std::vector<TransferCoding> codings;
  for (int byte :
       {0x00, 0x01, 0x04, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1F, 0x20, 0x7F, 0x85, 0xA0, 0xFF}) {
    std::string text(1, static_cast<char>(byte));
    std::string name = "byte " + std::to_string(byte);
    bool is_space = byte == 0x09 || byte == 0x20;
    codings.push_back({name + " before the name", text + "Transfer-Encoding: chunked\r\n", false});
    codings.push_back(
        {name + " after the name", "Transfer-Encoding" + text + ": chunked\r\n", false});
    codings.push_back(
        {name + " before the value", "Transfer-Encoding: " + text + "chunked\r\n", is_space});
    codings.push_back(
        {name + " in the value", "Transfer-Encoding: chu" + text + "nked\r\n", false});
    codings.push_back(
        {name + " after the value", "Transfer-Encoding: chunked" + text + "\r\n", is_space});
  }
  for (const char* value :
       {"xchunked", "chunked, identity", "identity, chunked", "identity", "gzip", "gzip, chunked",
        "chunked, chunked", "chunked;q=1", "\"chunked\"", "'chunked'", "chunked,", ",chunked", "",
        "x", "cow", "chunk", "chunked-encoding", "[chunked]", "{chunked}"}) {
    codings.push_back({std::string("value ") + value,
                       std::string("Transfer-Encoding: ") + value + "\r\n", false});
  }
  auto add = [&](const char* name, const char* fields, bool is_valid = false) {
    codings.push_back({name, fields, is_valid});
  };
  add("upper case", "TRANSFER-ENCODING: CHUNKED\r\n", true);
  add("no space", "Transfer-Encoding:chunked\r\n", true);
  add("twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
  add("and another", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n");
  add("another and", "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n");
  add("folded value", "Transfer-Encoding:\r\n chunked\r\n");
  add("folded after another", "X: y\r\n Transfer-Encoding: chunked\r\n");
  add("after a bare CR", "X: y\rTransfer-Encoding: chunked\r\n");
  add("after a bare LF", "X: y\nTransfer-Encoding: chunked\r\n");
  add("after CR CR LF", "X: y\r\r\nTransfer-Encoding: chunked\r\n");
  add("no colon", "Transfer-Encoding chunked\r\n");
  add("two colons", "Transfer-Encoding:: chunked\r\n");
  add("a space in the name", "Transfer Encoding: chunked\r\n");
  return codings;
}

}  // namespace tamarack::gateway
