#pragma once

#include "gateway/request/csrf.h"
#include "platform/auth/access_token.h"
#include "platform/crypto/encoding.h"
#include "platform/crypto/jws.h"
#include "services/identity/api_keys/api_key_format.h"
#include "tests/integration/access/credential.h"
#include "tests/integration/access/gateway_world.h"
#include "tests/support/proof.h"

#include <boost/json/serialize.hpp>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace tamarack::access {

// Makes one of every kind of credential at a world's identity.
class CredentialMaker {
 public:
  explicit CredentialMaker(GatewayWorld& world)
      : world_(world),
        service_id_(world.NewService().service_id()),
        client_(world.NewClient(service_id_).client()),
        keys_(**world.host.Await(world.keys.Get())) {}

  std::vector<Credential> All() {
    std::vector<Credential> all;
    for (auto make : {&CredentialMaker::AddMalformed, &CredentialMaker::AddTokens,
                      &CredentialMaker::AddForgeries, &CredentialMaker::AddPayKeys,
                      &CredentialMaker::AddNotifyKeys, &CredentialMaker::AddSessions,
                      &CredentialMaker::AddProofs, &CredentialMaker::AddCertificates,
                      &CredentialMaker::AddUrls}) {
      (this->*make)(all);
    }
    return all;
  }

  Credential ForNothing() const {
    return Good("a token for nothing", Token(Client({}), Now()), {});
  }

 private:
  auth::Principal Client(std::set<std::string, std::less<>> scopes) const {
    auth::Principal principal;
    principal.subject = principal.client_id = client_.client_id();
    principal.service_id = service_id_;
    principal.ministry_id = client_.ministry_id();
    principal.scopes = std::move(scopes);
    principal.mode = "live";
    return principal;
  }
  // What an access token for that client with every scope says.
  boost::json::object Claims() const {
    return auth::ToClaims(Client(EveryScope()),
                          {testing::kTestIssuer, world_.issuer.client_audience(), Now()});
  }
  int64_t Now() const { return world_.issuer.NowSeconds(); }
  std::string Token(const auth::Principal& principal, int64_t issued_at) const {
    return *auth::MintAccessToken(
        *keys_.es256, principal,
        {testing::kTestIssuer, world_.issuer.client_audience(), issued_at});
  }
  std::set<std::string, std::less<>> EveryScope() const {
    std::set<std::string, std::less<>> scopes;
    for (const Probe& probe : world_.probes)
      scopes.insert(probe.policy.scopes().begin(), probe.policy.scopes().end());
    return scopes;
  }
  // Signed as it is, whatever the header says.
  static std::string Forge(const crypto::Key& key, const boost::json::object& header,
                           const boost::json::object& claims) {
    std::string text = crypto::Base64UrlEncode(boost::json::serialize(header)) + "." +
                       crypto::Base64UrlEncode(boost::json::serialize(claims));
    return text + "." + crypto::Base64UrlEncode(*key.Sign(text));
  }
  void Revoke(const identity::v1::CreateApiKeyResponse& key) {
    identity::v1::RevokeApiKeyRequest revoke;
    revoke.set_api_key_id(key.api_key().api_key_id());
    if (!world_
             .Call<identity::v1::ApiKey>("AdminService/RevokeApiKey", revoke, world_.admin_token())
             .ok())
      throw std::runtime_error("key not revoked");
  }

  void Expire(const identity::v1::CreateApiKeyResponse& key) {
    world_.database_value(
        "UPDATE api_key SET expires_at = now() - interval '1 second' "
        "WHERE api_key_id = '" +
        key.api_key().api_key_id() + "'");
  }
  // The new secret; the old one stays for so long, if at all.
  std::string Rotate(const identity::v1::CreateApiKeyResponse& key, int64_t overlap_seconds) {
    identity::v1::RotateApiKeyRequest request;
    request.set_api_key_id(key.api_key().api_key_id());
    if (overlap_seconds > 0)
      request.mutable_previous_secret_expire_time()->set_seconds(Now() + overlap_seconds);
    return world_
        .Call<identity::v1::CreateApiKeyResponse>("AdminService/RotateApiKey", request,
                                                  world_.admin_token())
        ->secret();
  }

  void AddMalformed(std::vector<Credential>& all) {
    all.push_back({.name = "nothing"});
    for (const char* value : {"", "Bearer", "Bearer ", "Bearer  \t", "Basic dTpw", "Digest x",
                              "DPoP x", "Negotiate x", "Bearer a b", "Bearer \x80\xff", "x"}) {
      all.push_back({.name = std::string("Authorization: ") + value,
                     .headers = {{"Authorization", value}},
                     .is_ascii = std::string_view(value).find('\x80') == std::string_view::npos});
    }
    all.push_back(Bearer("a foreign bearer", "ghp_0123456789abcdefghijABCDEFGHIJ012345"));
    all.push_back(Bearer("a long bearer", std::string(5000, 'A')));
    all.push_back(Bearer("no JSON", "a.b.c"));
    std::string token = Token(Client(EveryScope()), Now());
    all.push_back(
        {.name = "two headers",
         .headers = {{"Authorization", "Bearer " + token}, {"Authorization", "Bearer " + token}}});
    all.push_back({.name = "a token in another header",
                   .headers = {{"Proxy-Authorization", "Bearer " + token},
                               {"X-Api-Key", token},
                               {"X-Tamarack-Authorization", "Bearer " + token},
                               {"X-Forwarded-Authorization", "Bearer " + token}}});
  }

  void AddTokens(std::vector<Credential>& all) {
    for (const std::string& scope : EveryScope())
      all.push_back(Good("a token for " + scope, Token(Client({scope}), Now()), {scope}));
    auto every = EveryScope();
    all.push_back(
        Good("a token for everything", Token(Client(every), Now()), {every.begin(), every.end()}));
    all.push_back(ForNothing());
    all.push_back(Good("a scheme in upper case", "", {}));
    all.back().headers.Set("Authorization", "BEARER " + Token(Client({}), Now()));
    all.push_back(Bearer("an expired token", Token(Client(every), Now() - 400)));
    all.push_back(Bearer("a token of the future", Token(Client(every), Now() + 120)));
    auth::Principal unknown = Client(every);
    unknown.client_id = unknown.subject = "00000000-0000-7000-8000-00000000dead";
    all.push_back(Bearer("a token of no client", Token(unknown, Now())));
    auth::Principal disabled = Client(every);
    disabled.client_id = disabled.subject = world_.NewClient(service_id_).client().client_id();
    identity::v1::SetClientEnabledRequest shut;
    shut.set_client_id(disabled.client_id);
    shut.set_is_enabled(false);
    (void)world_.Call<identity::v1::Client>("AdminService/SetClientEnabled", shut,
                                            world_.admin_token());
    all.push_back(Bearer("a token of a client shut out", Token(disabled, Now())));
    identity::IdTokenTerms terms;
    terms.subject = "s";
    terms.client_id = client_.client_id();
    terms.algorithm = "ES256";
    all.push_back(Bearer("an ID token", *world_.host.Await(world_.issuer.IdToken(terms))));
    terms.algorithm = "RS256";
    all.push_back(
        ForNotify(Bearer("an ID token, RS256", *world_.host.Await(world_.issuer.IdToken(terms)))));
  }

  void AddForgeries(std::vector<Credential>& all) {
    const std::string& kid = keys_.es256->kid();
    boost::json::object header{{"alg", "ES256"}, {"kid", kid}, {"typ", "at+jwt"}};
    auto claims_with = [&](const char* name, boost::json::value value) {
      boost::json::object claims = Claims();
      claims[name] = std::move(value);
      return Forge(*keys_.es256, header, claims);
    };
    auto header_with = [&](const char* name, boost::json::value value) {
      boost::json::object changed = header;
      changed[name] = std::move(value);
      return Forge(*keys_.es256, changed, Claims());
    };
    all.push_back(Bearer("another issuer", claims_with("iss", "https://elsewhere.test")));
    for (const char* other : {"elsewhere", "tamarack", "identity", "payments", "fishing"})
      all.push_back(Bearer(std::string("the audience ") + other, claims_with("aud", other)));
    all.push_back(Bearer(
        "two audiences",
        claims_with("aud", boost::json::array{world_.issuer.client_audience(), "identity"})));
    all.push_back(Bearer("typ JWT", header_with("typ", "JWT")));
    all.push_back(Bearer("typ dpop+jwt", header_with("typ", "dpop+jwt")));
    all.push_back(Bearer("another kid", header_with("kid", "another")));
    all.push_back(Bearer("crit", header_with("crit", boost::json::array{"exp"})));
    boost::json::object rs{{"alg", "RS256"}, {"kid", keys_.rs256->kid()}, {"typ", "at+jwt"}};
    // Whatever says that it is not ES256 is taken by notify for its key's token.
    all.push_back(
        ForNotify(Bearer("alg RS256, by our own key", Forge(*keys_.rs256, rs, Claims()))));
    auto secret = crypto::Key::FromSecret(boost::json::serialize(*keys_.es256->PublicJwk()));
    boost::json::object hs{{"alg", "HS256"}, {"kid", kid}, {"typ", "at+jwt"}};
    all.push_back(ForNotify(Bearer("alg HS256, by our public key", Forge(*secret, hs, Claims()))));
    auto stranger = crypto::Key::Generate(crypto::Algorithm::kEs256, kid);
    all.push_back(Bearer("signed by a stranger", Forge(*stranger, header, Claims())));
    std::string none = crypto::Base64UrlEncode(R"({"alg":"none","typ":"at+jwt"})") + "." +
                       crypto::Base64UrlEncode(boost::json::serialize(Claims())) + ".";
    all.push_back(ForNotify(Bearer("alg none", none)));
  }

  void AddPayKeys(std::vector<Credential>& all) {
    for (const char* type : {"live", "test"}) {
      all.push_back(Good(std::string("a pay key, ") + type,
                         world_.NewApiKey(service_id_, "pay", type).secret(),
                         {"payments.read", "payments.write"}));
    }
    auto revoked = world_.NewApiKey(service_id_, "pay", "live");
    Revoke(revoked);
    all.push_back(Bearer("a revoked pay key", revoked.secret()));
    auto expired = world_.NewApiKey(service_id_, "pay", "live");
    Expire(expired);
    all.push_back(Bearer("an expired pay key", expired.secret()));
    auto rotated = world_.NewApiKey(service_id_, "pay", "live");
    auto at_once = world_.NewApiKey(service_id_, "pay", "live");
    const std::set<std::string> scopes{"payments.read", "payments.write"};
    all.push_back(Good("a rotated pay key, new secret", Rotate(rotated, 3600), scopes));
    all.push_back(Good("a rotated pay key, old secret", rotated.secret(), scopes));
    all.push_back(Good("a pay key rotated at once, new secret", Rotate(at_once, 0), scopes));
    all.push_back(Bearer("a pay key rotated at once, old secret", at_once.secret()));
    all.push_back(Good("a pay key that may only read",
                       world_.NewApiKey(service_id_, "pay", "live", {"payments.read"}).secret(),
                       {"payments.read"}));
    std::string mistyped = world_.NewApiKey(service_id_, "pay", "live").secret();
    mistyped[10] = mistyped[10] == 'a' ? 'b' : 'a';
    all.push_back(Bearer("a mistyped pay key", mistyped));
    all.push_back(Bearer("a pay key that nobody was given", identity::NewPayKey()));
  }

  // As GOV.UK Notify's clients make it.
  static std::string NotifyToken(const std::string& api_key, int64_t issued_at) {
    auto key = crypto::Key::FromSecret(api_key.substr(api_key.size() - 36));
    return *crypto::SignJws(*key,
                            {{"iss", api_key.substr(api_key.size() - 73, 36)}, {"iat", issued_at}},
                            {{"typ", "JWT"}});
  }

  void AddNotifyKeys(std::vector<Credential>& all) {
    for (const char* type : {"live", "team", "test"}) {
      auto key = world_.NewApiKey(service_id_, "notify", type);
      all.push_back(
          ForNotify(Good(std::string("a notify key's token, ") + type,
                         NotifyToken(key.secret(), Now()), {"notify.read", "notify.send"})));
    }
    std::string key = world_.NewApiKey(service_id_, "notify", "live").secret();
    all.push_back(ForNotify(Bearer("a stale notify token", NotifyToken(key, Now() - 60))));
    all.push_back(ForNotify(Bearer("a notify token of the future", NotifyToken(key, Now() + 60))));
    std::string wrong = key;
    wrong.replace(wrong.size() - 36, 8, "00000000");
    all.push_back(ForNotify(Bearer("a notify token of a wrong secret", NotifyToken(wrong, Now()))));
    std::string none = crypto::Base64UrlEncode(R"({"alg":"none"})") + "." +
                       crypto::Base64UrlEncode(boost::json::serialize(
                           boost::json::object{{"iss", service_id_}, {"iat", Now()}})) +
                       ".";
    all.push_back(ForNotify(Bearer("a notify token of alg none", none)));
    all.push_back(ForNotify(Bearer("a notify key itself", key)));
    auto revoked = world_.NewApiKey(service_id_, "notify", "live");
    Revoke(revoked);
    auto expired = world_.NewApiKey(service_id_, "notify", "live");
    Expire(expired);
    all.push_back(
        ForNotify(Bearer("an expired notify key's token", NotifyToken(expired.secret(), Now()))));
    auto rotated = world_.NewApiKey(service_id_, "notify", "live");
    std::string fresh = Rotate(rotated, 3600);
    for (const std::string& secret : {fresh, rotated.secret()}) {
      all.push_back(ForNotify(Good("a rotated notify key's token", NotifyToken(secret, Now()),
                                   {"notify.read", "notify.send"})));
    }
    all.push_back(
        ForNotify(Bearer("a revoked notify key's token", NotifyToken(revoked.secret(), Now()))));
  }

  void AddSessions(std::vector<Credential>& all) {
    auto person =
        *world_.host.Await(world_.people.FindBySubject(world_.NewPerson("zoe@example.test")));
    std::string cookie = *world_.host.Await(world_.sessions.Create(person.id, person.mode, "en"));
    std::string ended = *world_.host.Await(world_.sessions.Create(person.id, person.mode, "en"));
    (void)world_.host.Await(world_.sessions.End(ended));
    std::string csrf = crypto::RandomToken(16);
    auto session = [&](std::string name, const std::string& value, bool is_good) -> Credential {
      return {.name = std::move(name),
              .headers = {{"Cookie",
                           "__Host-tamarack-session=" + value + "; __Host-tamarack-csrf=" + csrf}},
              .is_session = is_good};
    };
    auto add = [&](Credential credential, const std::string& token, const std::string& site,
                   bool is_own_form) {
      if (!token.empty()) credential.headers.Set("X-CSRF-Token", token);
      if (!site.empty()) credential.headers.Set("Sec-Fetch-Site", site);
      credential.is_own_form = is_own_form;
      all.push_back(std::move(credential));
    };
    std::string other = crypto::RandomToken(16);
    std::string own = gateway::SessionFormToken(cookie), old = gateway::SessionFormToken(ended);
    add(session("a session", cookie, true), own, "same-origin", true);
    add(session("a session, a form of the one before", cookie, true), old, "same-origin", false);
    add(session("a session, no CSRF token", cookie, true), "", "same-origin", false);
    add(session("a session, another CSRF token", cookie, true), other, "same-origin", false);
    add(session("a session, from another site", cookie, true), own, "cross-site", false);
    add(session("a session, from a sibling", cookie, true), own, "same-site", false);
    add(session("a session, from who knows where", cookie, true), own, "", false);
    add(session("an ended session", ended, false), csrf, "same-origin", true);
    add(session("a session of nobody", crypto::RandomToken(32), false), csrf, "same-origin", true);
    add(session("an empty session", "", false), csrf, "same-origin", true);
    all.push_back(Bearer("a session's cookie as bearer", cookie));
    all.push_back({.name = "a session under another cookie's name",
                   .headers = {{"Cookie", "tamarack-session=" + cookie}}});
    // What services are given inside is nothing that may come from outside.
    all.push_back(
        Bearer("the inside token of a session", world_.ExchangeSession(cookie)->access_token()));
    std::string key = world_.NewApiKey(service_id_, "pay", "live").secret();
    all.push_back(
        Bearer("the inside token of a pay key", world_.ExchangeBearer(key)->access_token()));
    // What a service calls others with is for those alone.
    for (const char* name : {"payments", "notify", "tellusonce"})
      all.push_back(
          Bearer(std::string("a token of the service ") + name, world_.PlatformToken(name)));
    for (const char* name : {"gateway", "bootstrap"}) {
      auto token = world_.PlatformToken(name);
      auto scopes = world_.ClientPrincipal(token)->scopes;
      all.push_back(Good(std::string("a token of the client ") + name, token,
                         {scopes.begin(), scopes.end()}));
    }
  }

  // A token bound to `key_`, of the scheme DPoP, with what `make` says as its proofs.
  Credential Dpop(std::string name, const std::string& token,
                  std::function<http::Headers(const Probe&)> make) const {
    return {.name = std::move(name),
            .headers = {{"Authorization", "DPoP " + token}},
            .once = std::move(make)};
  }
  std::string Proof(const crypto::Key& key, const Probe& probe, const std::string& token) const {
    return testing::MakeProof(key, probe.http_method, GatewayWorld::kPublicUrl + probe.target,
                              token, Now());
  }

  void AddProofs(std::vector<Credential>& all) {
    auto every = EveryScope();
    auth::Principal bound = Client(every), bearer = Client(every);
    bound.confirmation.jkt = key_.kid();
    std::string token = Token(bound, Now()), plain = Token(bearer, Now());
    auto by = [this](const crypto::Key& key, const std::string& presented) {
      return [this, key, presented](const Probe& probe) {
        return http::Headers{{"DPoP", Proof(key, probe, presented)}};
      };
    };
    Credential good = Dpop("a bound token with its proof", token, by(key_, token));
    good.is_token = true;
    good.scopes = {every.begin(), every.end()};
    all.push_back(good);
    all.push_back(Dpop("a bound token with another key's proof", token, by(other_key_, token)));
    all.push_back(Dpop("a bound token with another token's proof", token, by(key_, plain)));
    all.push_back(Dpop("a bound token without a proof", token, {}));
    all.push_back(Bearer("a bound token as bearer", token));
    Credential downgraded = Bearer("a bound token as bearer, with its proof", token);
    downgraded.once = by(key_, token);
    all.push_back(downgraded);
    all.push_back(Dpop("a bearer token with a proof", plain, by(key_, plain)));
    all.push_back(Dpop("two proofs", token, [this, token](const Probe& probe) {
      return http::Headers{{"DPoP", Proof(key_, probe, token)},
                           {"DPoP", Proof(key_, probe, token)}};
    }));
    Probe fixed;
    fixed.http_method = "GET";
    fixed.target = "/somewhere/else";
    all.push_back(Dpop("a proof for another address", token, [this, fixed, token](const Probe&) {
      return http::Headers{{"DPoP", Proof(key_, fixed, token)}};
    }));
    all.push_back(Dpop("a proof that is no text", token,
                       [](const Probe&) { return http::Headers{{"DPoP", "\x80\xff"}}; }));
    all.back().is_ascii = false;
    bound.confirmation.jkt = "";
    bound.confirmation.x5t_s256 = "unknown";
    all.push_back(Bearer("a token bound to a certificate, without it", Token(bound, Now())));
  }

  void AddCertificates(std::vector<Credential>& all) {
    auto every = EveryScope();
    auth::Principal bound = Client(every);
    const std::string mine(32, 'm'), theirs(32, 't');
    bound.confirmation.x5t_s256 = crypto::Base64UrlEncode(mine);
    std::string token = Token(bound, Now());
    Credential good = Good("a token with its certificate", token, {every.begin(), every.end()});
    good.certificate_sha256 = mine;
    all.push_back(good);
    Credential stolen = Bearer("a token with another certificate", token);
    stolen.certificate_sha256 = theirs;
    all.push_back(stolen);
    Credential claimed = Bearer("a certificate that is only claimed", token);
    claimed.headers.Add("Client-Certificate-Sha256", bound.confirmation.x5t_s256);
    claimed.headers.Add("X-Tamarack-Header-Client-Certificate-Sha256", bound.confirmation.x5t_s256);
    all.push_back(claimed);
  }

  void AddUrls(std::vector<Credential>& all) {
    std::string key = world_.NewApiKey(service_id_, "pay", "live").secret();
    std::string token = Token(Client(EveryScope()), Now());
    all.push_back({.name = "a pay key in the URL", .query = "api_key=" + key, .refusal = 400});
    all.push_back({.name = "a token in the URL", .query = "access_token=" + token, .refusal = 400});
    Credential both = Bearer("a pay key in both places", key, 400);
    both.query = "api_key=" + key;
    all.push_back(both);
  }

  GatewayWorld& world_;
  const std::string service_id_;
  const identity::v1::Client client_;
  const identity::SigningKeySet keys_;
  const crypto::Key key_ = *crypto::Key::Generate(crypto::Algorithm::kEs256);
  const crypto::Key other_key_ = *crypto::Key::Generate(crypto::Algorithm::kEs256);
};

}  // namespace tamarack::access
