import Packets
import Synchronization
import VendorCatalogue

/// Who asks for which file: all that is known of both before they are weighed.
package struct FileQuestion: Equatable, Sendable {
    /// Beneath the root.
    package var name: String
    package var userAgent: String?
    package var told: SelfDescription?
    package var address: IPv4Address
    /// This machine's address as the client sees it.
    package var server: IPv4Address?
    /// What proves the client to be a phone, other than its own word.
    package var provenMAC: MACAddress?
    /// The phone that was last met at the address.
    package var metMAC: MACAddress?

    package init(
        name: String, userAgent: String? = nil, told: SelfDescription? = nil, address: IPv4Address, server: IPv4Address? = nil,
        provenMAC: MACAddress? = nil, metMAC: MACAddress? = nil
    ) {
        self.name = name
        self.userAgent = userAgent
        self.told = told
        self.address = address
        self.server = server
        self.provenMAC = provenMAC
        self.metMAC = metMAC
    }
}

/// What follows from a question under one policy.
package struct FileFindings: Sendable {
    package let asker: FileAsker
    /// Whether the asker is proven to be itself, and is a phone.
    package let isProvenPhone: Bool
    /// What the name means to it by the names in the tree alone, where that is a file on disk that it is given as it is. `nil` where the disk
    /// has to be asked what there is, where the file is made for who asks, and where nothing is given.
    package let place: FilePlace?
}

/// A file on disk that is given to who asks.
package struct FilePlace: Sendable {
    package let file: TreeFile
    /// It is for one phone alone.
    package let isSecret: Bool
}

/// What was found out about questions: a phone asks for the same files again and again, and the same follows each time.
///
/// It holds for one configuration, one catalogue and one tree: ``Policy`` begins anew when any of these changes. What was learnt of a phone
/// meanwhile is compared. Bounded.
final class FileQuestions: Sendable {
    /// What of an earlier request's findings counts when files are asked for.
    struct Learnt: Equatable {
        let familyID: String?
        let model: String?
        let version: String?
        let rule: String?

        init(_ device: LearntDevice) {
            (familyID, model, version, rule) = (device.familyID, device.model, device.version, device.rule)
        }
    }

    struct Answered {
        let question: FileQuestion
        let findings: FileFindings
        /// Whose earlier requests were asked about, and what there was.
        let learnt: (mac: MACAddress, what: Learnt?)?
    }

    private struct Key: Hashable {
        let address: IPv4Address
        let name: String

        init(_ question: FileQuestion) {
            (address, name) = (question.address, question.name)
        }
    }

    private let answered = Mutex(RecentlyUsed<Key, Answered>(cost: 4096))

    subscript(question: FileQuestion) -> Answered? {
        answered.withLock { $0.value(for: Key(question)) }.flatMap { $0.question == question ? $0 : nil }
    }

    func keep(_ one: Answered) {
        answered.withLock { $0.keep(one, for: Key(one.question)) }
    }
}

extension Policy {
    /// Weighs who asks, and which file is meant.
    ///
    /// - Parameter learnt: what earlier requests told of a device.
    package func findings(for question: FileQuestion, learnt: (MACAddress) -> LearntDevice?) -> FileFindings {
        if let answered = fileQuestions[question],
            answered.learnt.map({ $0.what == learnt($0.mac).map(FileQuestions.Learnt.init) }) ?? true
        {
            return answered.findings
        }
        var asked: (mac: MACAddress, what: FileQuestions.Learnt?)?
        let asker = asker(
            for: question.name, userAgent: question.userAgent, told: question.told, at: question.address, server: question.server,
            provenMAC: question.provenMAC, metMAC: question.metMAC
        ) { mac in
            let device = learnt(mac)
            asked = (mac, device.map(FileQuestions.Learnt.init))
            return device
        }
        let findings = FileFindings(
            asker: asker, isProvenPhone: asker.isProven && asker.provenMAC.map(knows) ?? false, place: place(question.name, asker)
        )
        fileQuestions.keep(FileQuestions.Answered(question: question, findings: findings, learnt: asked))
        return findings
    }

    private func place(_ name: String, _ asker: FileAsker) -> FilePlace? {
        let access = FileAccess(asker, self, tree: tree)
        guard let file = access.file(name), !file.isTemplate else { return nil }
        return FilePlace(file: file, isSecret: access.isOneOnes(file.servedPath))
    }
}
