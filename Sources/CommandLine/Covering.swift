import DHCPMessages
import Provisioning
import VendorCatalogue

/// An answer, or a frame that carries it, as it may be shown: each byte in its place, and those of credentials covered.
func covered(_ bytes: [UInt8], of answer: Answer?) -> [UInt8] {
    guard case .dhcp(let answer)? = answer, let message = try? answer.message else { return coveringCredentials(bytes) }
    var bytes = bytes
    for text in message.options.all.map(\.value) + [message.serverName, message.bootFile] {
        // A longer option goes out in parts of 255 octets (RFC 3396); credentials stand near its beginning.
        let text = Array(text.prefix(255))
        let cover = coveringCredentials(text)
        if cover != text, let place = bytes.firstRange(of: text) { bytes.replaceSubrange(place, with: cover) }
    }
    return bytes
}
