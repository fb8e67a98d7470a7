import Cryptography
import Packets
import Testing

@testable import SIPMessages

private func hash(_ algorithm: DigestChallenge.Algorithm, _ bytes: [UInt8]) -> [UInt8]? {
    switch algorithm {
    case .md5: Hash.md5(bytes)
    case .sha256: Hash.sha256(bytes)
    }
}

@Suite struct DigestTests {
    /// RFC 7616 §3.9.1, and RFC 2069 §2.4 with its erratum 749 for the form without `qop`.
    @Test(arguments: [
        (
            "MD5", #"algorithm=MD5, qop="auth, auth-int", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
            "8ca523f5e9506fed4657c9700eebdbec"
        ),
        (
            "SHA-256", #"algorithm=SHA-256, qop="auth, auth-int", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS""#,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
        ),
    ])
    func `RFC 7616 the RFC's own examples come out`(name: String, more: String, response: String) throws {
        let text =
            #"Digest realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "# + more
        let challenge = try #require(DigestChallenge(parsing: Array(text.utf8)[...]))
        let answer = try #require(
            challenge.answer(
                user: "Mufasa", password: "Circle of Life", method: "GET", uri: "/dir/index.html",
                clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", hash: hash))
        #expect(answer.name == "Authorization")
        #expect(answer.value.contains("response=\"\(response)\""), "\(answer.value)")
        #expect(answer.value.contains("algorithm=\(name)"))
        #expect(answer.value.contains("qop=auth, nc=00000001"))
        #expect(answer.value.contains("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""))
    }

    @Test func `RFC 2069 a challenge without qop is answered without`() throws {
        let text = #"Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093""#
        let challenge = try #require(DigestChallenge(parsing: Array(text.utf8)[...]))
        let answer = try #require(
            challenge.answer(
                user: "Mufasa", password: "CircleOfLife", method: "GET", uri: "/dir/index.html", clientNonce: "x", hash: hash))
        #expect(
            answer.value
                == #"Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", "#
                + #"uri="/dir/index.html", response="1949323746fe6a43ef61f9606e7febea""#)
    }

    @Test(arguments: [
        ("Basic", #"Basic realm="x""#), ("no realm", #"Digest nonce="x""#), ("no nonce", #"Digest realm="x""#), ("nothing", ""),
        ("the scheme alone", "Digest"),
        ("an algorithm of sessions", #"Digest realm="x", nonce="y", algorithm=MD5-sess"#),
        ("another algorithm", #"Digest realm="x", nonce="y", algorithm=SHA-512-256"#),
        ("another quality", #"Digest realm="x", nonce="y", qop="auth-int""#),
        ("a quote without end", #"Digest realm="x, nonce="y""#), ("a name twice", #"Digest realm="x", nonce="y", nonce="z""#),
        ("a pair without a value", #"Digest realm="x", nonce"#), ("no comma", #"Digest realm="x" nonce="y""#),
        ("a comma at the end", #"Digest realm="x", nonce="y","#),
    ])
    func `a challenge that cannot be answered is none`(name: String, text: String) {
        #expect(DigestChallenge(parsing: Array(text.utf8)[...]) == nil)
    }

    private func response(_ status: UInt16, _ challenges: [(String, String)]) -> SIPMessage {
        SIPMessage(start: .response(status: status, reason: ""), headers: challenges.map { SIPHeader($0.0, $0.1) })
    }

    @Test func `RFC 7616 the first challenge that is known is answered`() throws {
        let md5 = #"Digest realm="a",nonce="m",algorithm=MD5"#
        let sha256 = #"Digest realm="a",nonce="s",algorithm=SHA-256,qop="auth""#
        let other = #"Digest realm="a",nonce="o",algorithm=SHA-512-256"#
        let name = "WWW-Authenticate"
        #expect(DigestChallenge(in: response(401, [(name, other), (name, sha256), (name, md5)]))?.algorithm == .sha256)
        #expect(DigestChallenge(in: response(401, [(name, md5), (name, sha256)]))?.algorithm == .md5)
        #expect(DigestChallenge(in: response(401, [(name, other)])) == nil)
        #expect(DigestChallenge(in: response(401, [])) == nil)
    }

    @Test func `a proxy's challenge is answered as a proxy's`() throws {
        let text = #"Digest realm="a", nonce="n", stale=TRUE"#
        let challenge = try #require(DigestChallenge(in: response(407, [("Proxy-Authenticate", text)])))
        #expect(challenge.isStale)
        let answer = challenge.answer(user: "a", password: "b", method: "NOTIFY", uri: "sip:a", clientNonce: "c", hash: hash)
        #expect(answer?.name == "Proxy-Authorization")
        #expect(DigestChallenge(in: response(401, [("Proxy-Authenticate", text)])) == nil)
    }

    @Test func `quotes and backslashes come back escaped`() throws {
        let text = #"Digest realm="a \"b\" \\c", nonce="n""#
        let challenge = try #require(DigestChallenge(parsing: Array(text.utf8)[...]))
        #expect(challenge.realm == #"a "b" \c"#)
        let answer = challenge.answer(user: #"x"y"#, password: "b", method: "NOTIFY", uri: "sip:a", clientNonce: "c", hash: hash)
        #expect(answer?.value.hasPrefix(#"Digest username="x\"y", realm="a \"b\" \\c", nonce="n""#) == true)
    }

    @Test func `without the hash there is no answer`() throws {
        let challenge = try #require(DigestChallenge(parsing: Array(#"Digest realm="a", nonce="n""#.utf8)[...]))
        #expect(challenge.answer(user: "a", password: "b", method: "N", uri: "u", clientNonce: "c", hash: { _, _ in nil }) == nil)
    }

    @Test func `every prefix of a challenge, and odd octets in every place of it, are read or refused`() {
        let text = Array(
            #"Digest realm="a \"b\"", nonce="n", qop="auth,auth-int", algorithm=SHA-256, stale=true, opaque="o""#.utf8)
        for count in text.indices { _ = DigestChallenge(parsing: text[..<count]) }
        for place in text.indices {
            for octet in [0x00, 0x20, 0x22, 0x2c, 0x3d, 0x5c, 0xff] as [UInt8] {
                var mutant = text
                mutant[place] = octet
                _ = DigestChallenge(parsing: mutant[...])
            }
        }
    }
}

@Suite struct HashTests {
    @Test func `hashes are those of the RFCs' examples`() {
        // RFC 1321 A.5; FIPS 180-4's "abc".
        #expect(Hash.md5(Array("message digest".utf8)).map { hexText($0) } == "f96b697d7cb7938d525a2f31aaf161d0")
        #expect(Hash.md5([]).map { hexText($0) } == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(
            Hash.sha256(Array("abc".utf8)).map { hexText($0) }
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func `secrets are the same where every octet is`() {
        #expect(isSameSecret("abc", "abc"))
        #expect(isSameSecret("", ""))
        for other in ["", "ab", "abcd", "abd", "Abc"] { #expect(!isSameSecret("abc", other)) }
    }
}
