import Packets
import VendorCatalogue

/// An option that is left out, since it cannot say the URL that a phone is told.
package struct UntoldOption: Error, Hashable, Sendable {
    package let code: UInt8
    /// Never more of the URL than its scheme, host and port.
    package let why: String

    package var sentence: String { "option \(code) is not told: \(why)" }
}

extension Policy {
    /// The family's options with the rule's over them, as they can be told with a URL, and what cannot be told. An option that holds `{host}`
    /// says no more of a URL than that, and the phone asks there by one protocol, at its usual port and beneath the root: where the URL
    /// means something else it would lead the phone astray. What a rule sets is its own affair, but a name is still no address.
    ///
    /// - Parameter isLed: whether the phone is led by what it is told of a URL; else nothing goes with the rule's options.
    func options(
        of family: Family?, _ own: OptionTemplates?, saying text: String, on link: Link, isLed: Bool
    ) -> (told: OptionTemplates, untold: [UntoldOption]) {
        let general = family?.answer.options ?? (isLed ? Policy.generalOptions : OptionTemplates())
        let all = own.map { general.overlaid(with: $0) } ?? general
        let hosts = family?.answer.hosts ?? [:]
        guard own != nil || !hosts.isEmpty else { return (all, []) }
        guard let url = ProvisioningURL(text), !hosts.isEmpty || IPv4Address(url.host) == nil else { return (all, []) }
        var told: [OptionTemplate.Element] = []
        var untold: [UntoldOption] = []
        for element in all.all {
            do throws(UntoldOption) {
                if element.value.holdsAsAddress(.host), IPv4Address(url.host) == nil {
                    throw UntoldOption(code: element.code, why: "it holds addresses, and \(url.host) is none")
                }
                guard own?[element.code] == nil, let host = hosts[element.code] else {
                    told.append(element)
                    continue
                }
                told.append(try saying(url, host, element, on: link))
            } catch {
                untold.append(error)
            }
        }
        // What is left over may be the name of a file, which says nothing without the host.
        let isSaid = told.contains { own?[$0.code] != nil || $0.value.isOfURL }
        return (untold.isEmpty || isSaid ? OptionTemplates(told) : OptionTemplates(), untold)
    }

    /// A family's option that holds a host, as it says the URL.
    private func saying(
        _ url: ProvisioningURL, _ host: HostOption, _ element: OptionTemplate.Element, on link: Link
    ) throws(UntoldOption) -> OptionTemplate.Element {
        func fault(_ why: String) -> UntoldOption { UntoldOption(code: element.code, why: why) }
        guard !url.saysMoreThanHost else { throw fault("it holds a host, and the URL has a user, a path or a query too") }
        let scheme = host.scheme ?? url.scheme
        guard scheme == url.scheme else {
            // bellhop's own files are the same by each protocol that it serves. Who is told https is not led away from it.
            let isOwn = IPv4Address(url.host).map(link.isOwn) ?? false
            if isOwn, url.scheme != .https, servedPorts[scheme]?.contains(scheme.defaultPort) == true { return element }
            throw fault("the phone asks the host in it by \(scheme.rawValue), and the URL says \(url.scheme.rawValue)")
        }
        guard url.port != scheme.defaultPort else { return element }
        guard let value = host.withPort else {
            throw fault("the phone asks the host in it at port \(scheme.defaultPort), and the URL says \(url.port)")
        }
        return OptionTemplate.Element(code: element.code, value: value)
    }
}

extension OptionTemplate {
    fileprivate var isOfURL: Bool { [.url, .host, .server].contains(where: holds) }
}

extension ProvisioningURL {
    /// A user before its host, or something behind its root.
    fileprivate var saysMoreThanHost: Bool {
        let rest = text.drop { $0 != ":" }.dropFirst(3)
        let authority = rest.prefix { !"/?#".contains($0) }
        return authority.contains("@") || !["", "/"].contains(rest[authority.endIndex...])
    }
}
