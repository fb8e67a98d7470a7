import ConfigTree
import Cryptography
import HTTPSemantics
import LinuxSystem
import Provisioning

/// What TLS listeners show: read from the files that the configuration names, anew at each reload.
package struct Certificates: Sendable {
    let current: TLSIdentity
    /// For the port of phones that know old versions only.
    let legacy: TLSIdentity?
    /// What is no mistake, and should be known all the same.
    package let remarks: [String]

    /// `nil` where `https` is off, or after noting what is wrong with its files.
    package init?(_ settings: Settings, _ problems: ConfigProblems) {
        guard let https = settings.https else { return nil }
        let certificate = readWholeFile(https.certificate, problems)
        let key = readWholeFile(https.key, problems)
        let authorities = https.clientAuthorities.map { readWholeFile($0, problems) }
        // A file that is named and cannot be read is a mistake already; without it phones would go unasked.
        guard let certificate, let key, authorities.map({ $0 != nil }) ?? true else { return nil }
        do throws(TLSFault) {
            current = try TLSIdentity(certificate: certificate, key: key, clientAuthorities: authorities ?? nil)
            legacy =
                try https.legacyPort == nil
                ? nil : TLSIdentity(certificate: certificate, key: key, clientAuthorities: authorities ?? nil, versions: .legacy)
        } catch {
            problems.add(error.problem(of: https))
            return nil
        }
        remarks = Certificates.remarks(https, certificate)
    }

    private static func remarks(_ https: HTTPSSettings, _ certificate: [UInt8]) -> [String] {
        var remarks: [String] = []
        if isReadableByAnyone(https.key.path) {
            remarks.append("every user of this machine can read the key \(https.key.path): `chmod 600 \(https.key.path)`")
        }
        let now = WallClock.now().seconds
        if let end = certificateEnd(certificate), end < now + 14 * 86_400 {
            remarks.append(
                "the certificate \(https.certificate.path) \(end < now ? "ended" : "ends") on \(HTTPDate(seconds: end))")
        }
        if let port = https.legacyPort {
            remarks.append(
                "port \(port) speaks TLS 1.0 and 1.1, which are broken: let only phones reach it that know nothing better")
        }
        return remarks
    }
}

private func readWholeFile(_ file: HTTPSSettings.File, _ problems: ConfigProblems) -> [UInt8]? {
    do throws(SystemError) {
        return try readWholeFile(file.path, limit: 1 << 20)
    } catch {
        problems.add("\(error)", at: file.place)
        return nil
    }
}

extension TLSFault {
    fileprivate func problem(of https: HTTPSSettings) -> ConfigProblem {
        switch self {
        case .certificate(let reason):
            ConfigProblem("the certificate \(https.certificate.path) cannot be used: \(reason)", at: https.certificate.place)
        case .key(let reason): ConfigProblem("the key \(https.key.path) cannot be used: \(reason)", at: https.key.place)
        case .mismatch:
            ConfigProblem(
                "the key \(https.key.path) belongs to another certificate than \(https.certificate.path)", at: https.key.place)
        case .clientAuthorities(let reason):
            ConfigProblem(
                "\(https.clientAuthorities?.path ?? "client-ca") cannot be used: \(reason)",
                at: https.clientAuthorities?.place ?? https.certificate.place)
        case .versionsNotSupported:
            ConfigProblem("GnuTLS on this system forbids the versions of TLS that are asked for", at: https.certificate.place)
        case .outOfMemory: ConfigProblem("there is no memory for TLS", at: https.certificate.place)
        }
    }
}
