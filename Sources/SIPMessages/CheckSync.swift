import Packets

/// The NOTIFY that tells a phone to read its configuration again: outside a dialog, for no subscription, as PBXs have sent it ever since
/// Sipura's phones. RFC 6665 §4.1.3 knows no such NOTIFY; phones do.
package struct CheckSync: Equatable, Sendable {
    /// Where the phone is.
    package var address: IPv4Address
    package var port: UInt16
    /// An account of the phone, for those that heed it only there.
    package var user: String?
    /// The Event, `check-sync;reboot=false`.
    package var event: String
    /// Where we hear, and where the answer is to come to.
    package var contact: IPv4Address
    package var contactPort: UInt16
    /// Of one question to one phone, however often it has to be asked anew.
    package var callID: String
    package var fromTag: String
    /// Of our own Via; begins with `SIPTransactionKey.magicCookie` and is another for each attempt.
    package var branch: String
    package var cseq: UInt32
    /// `Authorization` or `Proxy-Authorization`, and its value.
    package var authorization: SIPHeader?

    package init(
        to address: IPv4Address, port: UInt16, user: String? = nil, event: String, contact: IPv4Address, contactPort: UInt16,
        callID: String, fromTag: String, branch: String, cseq: UInt32
    ) {
        self.address = address
        self.port = port
        self.user = user
        self.event = event
        self.contact = contact
        self.contactPort = contactPort
        self.callID = callID
        self.fromTag = fromTag
        self.branch = branch
        self.cseq = cseq
    }

    /// `sip:101@192.168.0.10:5060`
    package var uri: String {
        "sip:\(user.map { SIPURI.escapedUser($0) + "@" } ?? "")\(address):\(port)"
    }

    /// Of the responses to it.
    package var responseKey: SIPResponseKey { SIPResponseKey(branch: branch, method: "NOTIFY") }

    package var message: SIPMessage {
        let headers: [SIPHeader?] = [
            SIPHeader("Via", "SIP/2.0/UDP \(contact):\(contactPort);branch=\(branch);rport"),
            SIPHeader("Max-Forwards", "70"),
            SIPHeader("From", "<sip:bellhop@\(contact)>;tag=\(fromTag)"),
            SIPHeader("To", "<\(uri)>"),
            SIPHeader("Call-ID", callID),
            SIPHeader("CSeq", "\(min(cseq, SIPNumber.most)) NOTIFY"),
            SIPHeader("Contact", "<sip:\(contact):\(contactPort)>"),
            SIPHeader("Event", event),
            // RFC 6665 §4.1.3: "NOTIFY requests MUST contain a 'Subscription-State' header field".
            SIPHeader("Subscription-State", "terminated"),
            authorization,
            SIPHeader("Content-Length", "0"),
        ]
        return SIPMessage(start: .request(method: "NOTIFY", uri: uri), headers: headers.compactMap { $0 })
    }
}

extension SIPURI {
    /// A user part in which everything but `unreserved` and `user-unreserved` of RFC 3261 §25.1 is escaped.
    static func escapedUser(_ user: String) -> String {
        var text: [UInt8] = []
        for byte in user.utf8 {
            if byte.isDigit || byte.isLetter || "-_.!~*'()&=+$,;?/".utf8.contains(byte) {
                text.append(byte)
            } else {
                text += "%\(hexText(byte))".utf8
            }
        }
        return text[...].text
    }
}
