import FileTree
import HTTPSemantics
import LinuxSystem
import Packets
import Provisioning

/// What a client asks of the tree, whatever protocol it speaks.
package struct FileRequest: Sendable {
    package var transport: FileTransport
    /// As sent, for people to read; cut where it is longer than any name that is looked for.
    package let rawName: String
    package var name: RequestedName
    package var peer: IPv4Address
    /// The hardware address at `peer`, or that none is known; `nil` where nobody has looked yet.
    package var neighbour: MACAddress??
    /// This machine's address that the request came to, where the protocol's socket tells it.
    package var local: IPv4Address?
    /// Cut where it is longer than any phone's.
    package let userAgent: String?
    /// The phone that asks, where credentials or a client certificate prove it. Never what a name or a User-Agent merely says.
    package var provenMAC: MACAddress?
    package var shown: ShownLogin
    /// Who the phone says it is, in a way of its protocol's own.
    package var told: SelfDescription?

    /// Octets. Phones send a hundred or two.
    private static let longestUserAgent = 512

    package init(
        _ transport: FileTransport, rawName: String, name: RequestedName, peer: IPv4Address, local: IPv4Address? = nil,
        userAgent: String? = nil, provenMAC: MACAddress? = nil, told: SelfDescription? = nil
    ) {
        self.transport = transport
        self.rawName = cut(rawName, at: RequestedName.longest)
        self.name = name
        self.peer = peer
        self.local = local
        self.userAgent = userAgent.map { cut($0, at: FileRequest.longestUserAgent) }
        self.provenMAC = provenMAC
        shown = .nothing(transport == .tftp ? "by TFTP no password can be sent" : "no user and password were sent")
        self.told = told
    }
}

/// Events wait in queues by the ten thousand, and a header may have 8 KB: what is kept of a text is bounded, and says that it was cut.
private func cut(_ text: String, at length: Int) -> String {
    guard text.utf8.count > length else { return text }
    let end = text.utf8.index(text.startIndex, offsetBy: length)
    return "\(String(text.unicodeScalars[..<end]))… (\(text.utf8.count) octets)"
}

/// What came of the user and the password that a client sent.
package enum ShownLogin: Sendable {
    case right(Login)
    /// Nothing that was right, and what there was in its place, for people.
    case nothing(String)
    /// Nothing is looked at, after too many wrong ones.
    case tooManyWrong(String)

    var login: Login? { if case .right(let login) = self { login } else { nil } }

    /// Why a file is not given. What is right for one file may be wrong for another.
    var sentence: String {
        switch self {
        case .right: "user and password are right, and not this file's"
        case .nothing(let why), .tooManyWrong(let why): why
        }
    }
}

/// A file that may be given to the client that asked, as it is from here to its end. Where somebody writes to it meanwhile, it is not told of
/// as served: TFTP and FTP break off before its last octets, and HTTP finds out when they are gone.
package struct FoundFile: Sendable {
    package let content: FileContent
    /// It is for one phone alone: caches must not keep it.
    package let isSecret: Bool
    package let receipt: FileReceipt
}

/// Which file was given to whom; it keeps nothing open.
package struct FileReceipt: Sendable {
    package let request: FileRequest
    /// Beneath the root.
    package let name: String
    /// On disk beneath the root.
    package let path: String
    /// Who asked.
    package let identity: Identity
    package var mac: MACAddress? { identity.mac }
    package let began: Moment

    /// As far as it got by then.
    func served(_ bytes: Int64?, isComplete: Bool, at time: Moment) -> Event.FileServed {
        var served = Event.FileServed(
            transport: request.transport, name: name, path: path, bytes: bytes, isComplete: isComplete,
            took: .microseconds(max(0, time.microseconds - began.microseconds)), address: request.peer, vendor: identity.vendor,
            userAgent: request.userAgent)
        (served.family, served.model, served.version) = (identity.family?.id, identity.model, identity.version)
        return served
    }
}
