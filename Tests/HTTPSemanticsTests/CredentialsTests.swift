import HTTPSemantics
import Testing
import Cryptography

@Suite struct `Authorization` {
    @Test(arguments: [
        ("RFC 7617 §2", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
        ("RFC 7617 §2.1, UTF-8", "Basic dGVzdDoxMjPCow==", "test", "123£"),
        ("a scheme in any case", "bAsIc QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Aladdin", "open sesame"),
        ("no padding", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Aladdin", "open sesame"),
        ("only the first colon splits", "Basic YTpiOmM=", "a", "b:c"),
        ("an empty user", "Basic OmI=", "", "b"), ("an empty password", "Basic YTo=", "a", ""),
    ])
    func `H9 Basic gives user and password`(what: String, field: String, user: String, password: String) {
        #expect(Credentials(field) == .basic(user: user, password: password), "\(what)")
    }

    @Test(arguments: [
        ("nothing", ""), ("no scheme", " QQ=="), ("a scheme alone", "Basic"), ("nothing behind it", "Basic "),
        ("no base64", "Basic !!!!"), ("a broken end", "Basic YTpiO"), ("no colon", "Basic YWI="),
        ("a control character", "Basic YToKYg=="), ("no UTF-8", "Basic YTr/"), ("another scheme", "Bearer abc"),
        ("padding in the middle", "Basic YT==piOmM"), ("Digest without anything", "Digest "),
    ])
    func `H9 what is broken is no credentials, and traps nothing`(what: String, field: String) {
        #expect(Credentials(field) == nil, "\(what)")
    }

    static let example =
        "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", algorithm=MD5, "
        + "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, "
        + "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, "
        + "response=\"8ca523f5e9506fed4657c9700eebdbec\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""

    private func digest(_ field: String) -> DigestCredentials? {
        guard case .digest(let credentials)? = Credentials(field) else { return nil }
        return credentials
    }

    @Test func `H9 the example of RFC 7616 §3.9.1 with MD5 and with SHA-256`() throws {
        let md5 = try #require(digest(Self.example))
        #expect(md5.user == "Mufasa")
        #expect(md5.count == 1)
        #expect(md5.algorithm == .md5)
        let expected = md5.expectedResponse(password: "Circle of Life", method: "GET") { hash(.md5, $0) }
        #expect(expected == md5.response)
        #expect(expected != md5.expectedResponse(password: "circle of life", method: "GET") { hash(.md5, $0) })
        #expect(expected != md5.expectedResponse(password: "Circle of Life", method: "HEAD") { hash(.md5, $0) })
        let sha = try #require(digest(Self.example.replacing("algorithm=MD5", with: "algorithm=SHA-256")))
        #expect(
            sha.expectedResponse(password: "Circle of Life", method: "GET") { hash(.sha256, $0) }
                == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")
    }

    @Test(arguments: [
        ("quotes and backslashes in a name", "username=\"Mufasa\"", "username=\"a\\\"b\\\\c\"", "a\"b\\c"),
        ("username* in UTF-8", "username=\"Mufasa\"", "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe", "Jäsøn Doe"),
        ("no algorithm is MD5", "algorithm=MD5, ", "", "Mufasa"), ("an algorithm in quotes", "MD5", "\"md5\"", "Mufasa"),
        ("qop in quotes", "qop=auth", "qop=\"auth\"", "Mufasa"),
        ("space around the equals sign", "qop=auth", "qop = auth", "Mufasa"),
        ("names in capitals", "realm=", "REALM=", "Mufasa"), ("empty elements", "nc=", ",, nc=", "Mufasa"),
        ("userhash=false", "qop=auth", "qop=auth, userhash=false", "Mufasa"),
    ])
    func `H9 Digest in the ways that clients write it`(what: String, part: String, other: String, user: String) {
        #expect(digest(Self.example.replacing(part, with: other))?.user == user, "\(what)")
    }

    @Test(arguments: [
        ("no nonce", "nonce=", "n="), ("no uri", "uri=", "u="), ("no response", "response=", "r="), ("no realm", "realm=", "r="),
        ("no user", "username=", "u="), ("no cnonce", "cnonce=", "c="), ("no nc", "nc=", "n="), ("no qop", "qop=auth, ", ""),
        ("two users", "qop=auth", "qop=auth, username=\"x\""), ("both kinds of user", "qop=auth", "qop=auth, username*=UTF-8''x"),
        ("username* that is no UTF-8", "username=\"Mufasa\"", "username*=UTF-8''%ff"),
        ("username* that breaks off", "username=\"Mufasa\"", "username*=UTF-8''%4"),
        ("username* of another charset", "username=\"Mufasa\"", "username*=latin1''x"),
        ("integrity", "qop=auth", "qop=auth-int"), ("a session", "algorithm=MD5", "algorithm=MD5-sess"),
        ("another hash", "algorithm=MD5", "algorithm=SHA-512-256"), ("a hashed name", "qop=auth", "qop=auth, userhash=true"),
        ("a short count", "nc=00000001", "nc=1"), ("a count that is none", "nc=00000001", "nc=0000000x"),
        ("a count with a sign", "nc=00000001", "nc=+0000001"), ("a quote that never ends", "tdS\"", "tdS\\\""),
        ("a value missing", "qop=auth", "qop=,"), ("no comma", "nc=00000001,", "nc=00000001"),
    ])
    func `H9 Digest that was not offered, or is broken, is no credentials`(what: String, part: String, other: String) {
        #expect(digest(Self.example) != nil)
        #expect(digest(Self.example.replacing(part, with: other)) == nil, "\(what)")
    }

    @Test func `H9 every prefix of credentials, and odd characters in every place, trap nothing`() {
        for field in [Self.example, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="] {
            let characters = Array(field)
            for place in characters.indices {
                _ = Credentials(String(characters[..<place]))
                for odd in ["\"", "\\", ",", "=", "%", "\u{0}", "é"] {
                    _ = Credentials(String(characters[..<place]) + odd + String(characters[(place + 1)...]))
                }
            }
        }
    }

    @Test func `H9 SHA-256 is offered before MD5, each in a field of its own, and Basic only where it cannot be overheard`() {
        let none: (AuthScheme, Bool) -> [String] = { scheme, isEncrypted in
            scheme.challenges(realm: "r", opaque: "o", isEncrypted: isEncrypted, isStale: false) { "n" }
        }
        let sha = "Digest realm=\"r\", qop=\"auth\", algorithm=SHA-256, nonce=\"n\", opaque=\"o\", charset=UTF-8"
        let md5 = "Digest realm=\"r\", qop=\"auth\", algorithm=MD5, nonce=\"n\", opaque=\"o\", charset=UTF-8"
        let basic = "Basic realm=\"r\", charset=\"UTF-8\""
        #expect(none(.any, true) == [sha, md5, basic])
        #expect(none(.any, false) == [sha, md5])
        #expect(none(.digest, true) == [sha, md5])
        #expect(none(.md5, true) == [md5])
        #expect(none(.basic, false) == [basic])
        #expect(
            AuthScheme.md5.challenges(realm: "r", opaque: "o", isEncrypted: false, isStale: true) { "n" } == [
                md5 + ", stale=true"
            ])
    }

    @Test(arguments: [
        (AuthScheme.any, false, false, true), (.any, true, true, true), (.digest, true, false, true), (.md5, true, false, true),
        (.basic, false, true, false),
    ])
    func `T11 what was not offered is not accepted`(scheme: AuthScheme, isEncrypted: Bool, basic: Bool, md5: Bool) throws {
        #expect(scheme.allows(.basic(user: "a", password: "b"), isEncrypted: isEncrypted) == basic)
        #expect(scheme.allows(try #require(Credentials(Self.example)), isEncrypted: isEncrypted) == md5)
        let sha = try #require(Credentials(Self.example.replacing("algorithm=MD5", with: "algorithm=SHA-256")))
        #expect(scheme.allows(sha, isEncrypted: isEncrypted) == (md5 && scheme != .md5))
    }
}

private func hash(_ algorithm: DigestAlgorithm, _ octets: [UInt8]) -> [UInt8] {
    switch algorithm {
    case .sha256: Hash.sha256(octets) ?? []
    case .md5: Hash.md5(octets) ?? []
    }
}
