import HTTPSemantics
import Provisioning

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
        /// Given only to who shows a password.
        case notAuthenticated = "unauthorized"
        /// After too many wrong passwords.
        case tooManyFailures = "too-many-failures"
        /// There is another version of the file than the client means.
        case preconditionFailed = "precondition-failed"
        /// The part that is asked for lies outside of the file.
        case noSuchOctets = "no-such-octets"
        /// A file that was to be left here is not taken from this phone.
        case notTaken = "not-taken"
        /// It is too large, or broke off.
        case tooLarge = "too-large"
        /// There is no room for it.
        case noRoom = "no-room"
    }

    package let kind: Kind
    /// For the client; it says nothing of the disk.
    package let sentence: String
    /// How a password may be shown, where one is asked for.
    package let scheme: AuthScheme?

    /// The one sentence for what is not there and for what is not the asker's.
    package static let noFile = "there is no file for this phone under that name"

    package init(_ kind: Kind, _ sentence: String, scheme: AuthScheme? = nil) {
        self.kind = kind
        self.sentence = sentence
        self.scheme = scheme
    }

    /// The protocol's own number for it: an HTTP status (RFC 9110 §15), a TFTP error code (RFC 1350 §5), an FTP reply (RFC 959 §4.2.2).
    package func status(in transport: FileTransport) -> Int {
        switch transport {
        case .http, .https: httpStatus
        case .tftp: tftpError
        case .ftp: ftpReply
        }
    }

    private var httpStatus: Int {
        switch kind {
        case .unfitName: 400
        case .notAuthenticated: 401
        case .forbidden, .notTaken: 403
        case .notFound, .notYours: 404
        case .notServed: 405
        case .preconditionFailed: 412
        case .tooLarge: 413
        case .noSuchOctets: 416
        case .tooManyFailures: 429
        case .notMade: 500
        case .unreadable: 503
        case .noRoom: 507
        }
    }

    private var tftpError: Int {
        switch kind {
        case .unreadable, .notMade, .preconditionFailed, .noSuchOctets: 0
        case .notFound, .notYours: 1
        case .unfitName, .forbidden, .notAuthenticated, .tooManyFailures, .notTaken: 2
        case .tooLarge, .noRoom: 3
        case .notServed: 4
        }
    }

    private var ftpReply: Int {
        switch kind {
        case .unreadable: 450
        case .notMade: 451
        case .notServed: 502
        case .notAuthenticated, .tooManyFailures: 530
        case .unfitName, .notFound, .notYours, .forbidden, .preconditionFailed, .noSuchOctets, .notTaken: 550
        case .tooLarge, .noRoom: 552
        }
    }
}
