import HTTPSemantics
import Packets
import VendorCatalogue

/// What a client has to show before it is looked whether there is a file for it.
package struct LoginDemand: Sendable {
    /// Whose password it is.
    package let owner: Identity
    /// How it may be shown: by the rules alone, the same for every phone of a brand, known or not.
    package let scheme: AuthScheme
    /// `nil` where nothing is asked for; a value that is not known where nothing that is shown can be right.
    package let login: Result<Login?, MissingValue>

    /// - Parameters:
    ///   - shown: the login that the client showed, and which is right for somebody.
    ///   - proven: the phone that credentials or a certificate prove it to be; never the address that it comes from.
    package func isMet(by shown: Login?, proven: MACAddress?) -> Bool {
        if let proven, proven == owner.mac { return true }
        return switch login {
        case .success(let login): login == nil || login == shown
        case .failure: false
        }
    }
}

extension Policy {
    /// The password that a name takes: that of the phone or the brand in the path before the asker's own, so that nobody gets around one by
    /// calling himself somebody else.
    ///
    /// A phone's row of `devices.csv` counts only for who is proven to be that phone, or believed. Who is neither is asked by the rules
    /// alone: otherwise the answer would show which phones there are (T9).
    package func demand(for name: String, by asker: FileAsker) -> LoginDemand {
        let folder = name.contains("/") ? name.prefix { $0 != "/" }.lowercased() : ""
        let isOthers = isOthers(name, for: asker)
        var owner = asker.identity
        var row = asker.isItself ? owner.mac.flatMap { settings.devices[$0] } : nil
        if asker.isBelieved, let mac = owners(of: name).macs.first, mac != owner.mac {
            var seen = Observations(mac: mac)
            seen.known = settings.devices[mac]
            seen.fileName = name
            owner = catalogue.identify(seen)
            row = seen.known
        } else if !isOthers, let brand = catalogue.families(named: folder).first?.vendor, brand != owner.vendor {
            owner = Identity(vendor: brand)
            row = nil
        }
        return LoginDemand(
            owner: owner, scheme: settings.auth(of: isOthers ? stranger(in: name) : owner)?.scheme ?? .any,
            login: Result { () throws(MissingValue) in try settings.login(of: owner, row: row) })
    }

    /// The phone that a name is for, as far as the name itself says.
    private func stranger(in name: String) -> Identity {
        var seen = Observations(mac: owners(of: name).macs.first)
        seen.fileName = name
        return catalogue.identify(seen)
    }

    /// Whether a phone that nothing proves on its way here can still prove who it is when it comes for its files.
    func canProveItself(_ identity: Identity, by scheme: URLScheme) -> Bool {
        switch scheme {
        case .tftp: return false
        case .https where settings.https?.clientAuthorities != nil: return true
        case .http, .https, .ftp:
            let row = identity.mac.flatMap { settings.devices[$0] }
            let login = try? settings.login(of: identity, row: row)
            return login?.mac != nil && login?.mac == identity.mac
        }
    }
}
