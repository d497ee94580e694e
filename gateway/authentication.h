#pragma once

#include "platform/auth/principal.h"
#include "platform/auth/single_flight.h"
#include "platform/base/clock.h"
#include "platform/base/status.h"
#include "tamarack/api/v1/credential_service.pb.h"

#include <absl/container/flat_hash_map.h>
#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace tamarack::gateway {

// Who a valid credential stands for.
struct Caller {
  std::string access_token;  // For the services.
  auth::Principal principal;
};
using CallerPtr = std::shared_ptr<const Caller>;

enum class CredentialKind { kBearer, kDpop, kSession };

// What a request presents, and to which back end.
struct Credential {
  CredentialKind kind = CredentialKind::kBearer;
  std::string value;  // An API key, a token or the session cookie; empty: there is none.
  // Of the back end; see Config.
  std::string audience = {};
  std::string owner = {};
  // For a plug-in: those that its methods ask for, with spaces between them.
  std::string scopes = {};
  // SHA-256 of the TLS client certificate, raw; empty without one.
  std::string certificate_sha256 = {};
  // For kDpop: the proof (empty when there is none, or several) and the request that it is for.
  std::string proof = {};
  std::string method = {};
  std::string url = {};
};

// Calls CredentialService.Exchange.
using ExchangeFunction = std::function<Async<api::v1::ExchangeResponse>(api::v1::ExchangeRequest)>;

// Whether identity has judged a credential, and found it bad.
bool IsVerdict(const absl::Status& status);

struct AuthenticatorOptions {
  std::string client_id;
  std::string client_secret;
  size_t cached_max = 10'000;     // Credentials that were good,
  size_t bad_cached_max = 1'000;  // and bad ones: a flood of these leaves the good alone.
  std::chrono::seconds fresh_for{5};
  std::chrono::seconds valid_for_max{60};
  std::chrono::seconds invalid_for{1};
  Clock now = SystemClock();
};

// Turns credentials into access tokens, each for one back end. Answers are kept under the
// credential's SHA-256 and the back end's audience and owner: a good one
// is believed for `fresh_for`, so that a revoked credential ends within seconds, and while nobody
// can be asked up to `valid_for_max` and its own expiry; a bad one for a second, beside the good
// ones. The same credential is exchanged once at a time. A token with a proof (DPoP) is exchanged
// each time: the proof is another one with each request, and identity remembers those used. Lives
// on one loop.
class Authenticator {
 public:
  Authenticator(boost::asio::any_io_executor executor, ExchangeFunction exchange,
                AuthenticatorOptions options);

  // UNAUTHENTICATED when the credential is not valid, UNAVAILABLE when nobody could be asked.
  Async<CallerPtr> Resolve(Credential credential);
  // What Resolve would say without asking anybody, if that is good; null otherwise.
  CallerPtr FreshCaller(const Credential& credential);
  // Whether it is one that was good when it was last exchanged, for whichever back end, within
  // `valid_for_max`.
  bool Knows(const Credential& credential) const;
  // Has every credential exchanged again before it is believed: something may have been revoked
  // (platform/auth/revocations.h). Answers so far are good only while nobody can be asked.
  void Renew();

 private:
  // What identity said of a credential for one back end.
  struct Answer {
    absl::StatusOr<CallerPtr> result;
    TimePoint fresh_until;
    TimePoint expires;
  };
  struct Key {
    std::string credential;
    std::string backend;
  };
  // Of many credentials the least recently used leaves first.
  struct Cache {
    struct Entry {
      absl::flat_hash_map<std::string, Answer> answers;  // By back end: as many as there are.
      std::list<std::string>::iterator recent;
    };
    const size_t size_max;
    absl::flat_hash_map<std::string, Entry> entries = {};  // By credential.
    std::list<std::string> recent = {};                    // Those, the latest first.

    Answer* Find(const Key& key);
    void Put(const Key& key, Answer answer, TimePoint now);
    void Remove(const Key& key);
    void Renew(TimePoint now);
  };
  struct Flight {
    explicit Flight(boost::asio::any_io_executor executor) : single(executor) {}
    auth::SingleFlight single;
    absl::StatusOr<CallerPtr> result = absl::UnavailableError("no answer");
  };

  static Key KeyOf(const Credential& credential);
  Answer* FreshAnswer(const Key& key);
  api::v1::ExchangeRequest MakeRequest(Credential credential) const;
  AsyncStatus Exchange(Key key, std::shared_ptr<Flight> flight, api::v1::ExchangeRequest request);
  // The good answer kept under the key, though no longer fresh; null when there is none.
  CallerPtr Fallback(const Key& key, TimePoint now);

  boost::asio::any_io_executor executor_;
  ExchangeFunction exchange_;
  AuthenticatorOptions options_;
  Cache good_, bad_;
  absl::flat_hash_map<std::string, std::shared_ptr<Flight>> flights_;
};

}  // namespace tamarack::gateway
