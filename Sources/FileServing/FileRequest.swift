import FileTree
import LinuxSystem
import Packets
import Provisioning

/// What a client asks of the tree, whatever protocol it speaks.
package struct FileRequest: Sendable {
    package var transport: FileTransport
    /// As sent, for people to read.
    package var rawName: String
    package var name: RequestedName
    package var peer: IPv4Address
    /// This machine's address that the request came to, where the protocol's socket tells it.
    package var local: IPv4Address?
    package var userAgent: String?
    /// The phone that asks, where credentials or a client certificate prove it. Never what a name or a User-Agent merely says.
    package var provenMAC: MACAddress?
    /// Who the phone says it is, in a way of its protocol's own.
    package var told: SelfDescription?

    package init(
        _ transport: FileTransport, rawName: String, name: RequestedName, peer: IPv4Address, local: IPv4Address? = nil,
        userAgent: String? = nil, provenMAC: MACAddress? = nil, told: SelfDescription? = nil
    ) {
        self.transport = transport
        self.rawName = rawName
        self.name = name
        self.peer = peer
        self.local = local
        self.userAgent = userAgent
        self.provenMAC = provenMAC
        self.told = told
    }
}

/// A file that may be given to the client that asked: one consistent snapshot from here to its end.
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
}

/// Why a client gets no file.
package struct FileRefusal: Error, Equatable, Sendable {
    /// By the name that events have.
    package enum Kind: String, Sendable {
        /// No name that any tree holds.
        case unfitName = "unfit-name"
        case notFound = "not-found"
        /// The name is another phone's, or nothing proves that it is the asker's own. Clients cannot tell it from ``notFound``: number
        /// and sentence are the same, whether there is such a file and such a phone or not.
        case notYours = "not-yours"
        /// The file is there and this program may not read it.
        case forbidden
        /// The disk failed, or descriptors ran out.
        case unreadable
        /// The file is to be made from a template, and cannot be: the operator is told why.
        case notMade = "template"
        /// What was asked is not served at all, such as writing.
        case notServed = "not-served"
    }

    package let kind: Kind
    /// For the client; it says nothing of the disk.
    package let sentence: String

    /// The one sentence for what is not there and for what is not the asker's.
    package static let noFile = "there is no file for this phone under that name"

    package init(_ kind: Kind, _ sentence: String) {
        self.kind = kind
        self.sentence = sentence
    }

    /// The protocol's own number for it: an HTTP status (RFC 9110 §15), a TFTP error code (RFC 1350 §5), an FTP reply (RFC 959 §4.2.2).
    package func status(in transport: FileTransport) -> Int {
        switch (transport, kind) {
        case (.http, .unfitName), (.https, .unfitName): 400
        case (.http, .notFound), (.https, .notFound), (.http, .notYours), (.https, .notYours): 404
        case (.http, .forbidden), (.https, .forbidden): 403
        case (.http, .unreadable), (.https, .unreadable): 503
        case (.http, .notMade), (.https, .notMade): 500
        case (.http, .notServed), (.https, .notServed): 405
        case (.tftp, .unfitName), (.tftp, .forbidden): 2
        case (.tftp, .notFound), (.tftp, .notYours): 1
        case (.tftp, .unreadable), (.tftp, .notMade): 0
        case (.tftp, .notServed): 4
        case (.ftp, .unreadable): 450
        case (.ftp, .notMade): 451
        case (.ftp, .notServed): 502
        case (.ftp, .unfitName), (.ftp, .notFound), (.ftp, .notYours), (.ftp, .forbidden): 550
        }
    }
}
