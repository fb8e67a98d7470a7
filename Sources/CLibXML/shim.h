#include "../CRuntimeLoading/loading.h"
#include <libxml/xmlreader.h>

#define BELLHOP_XML_CALLS(CALL)                                                                                                    \
    CALL(xml, ReaderForMemory) CALL(xml, FreeTextReader) CALL(xml, TextReaderSetStructuredErrorHandler) CALL(xml, TextReaderRead)  \
    CALL(xml, TextReaderNodeType) CALL(xml, TextReaderIsEmptyElement) CALL(xml, TextReaderConstValue)                              \
    CALL(xml, TextReaderConstLocalName) CALL(xml, TextReaderConstName) CALL(xml, TextReaderCurrentNode)                            \
    CALL(xml, TextReaderMoveToNextAttribute) CALL(xml, GetLineNo)
BELLHOP_LIBRARY(bellhop_libxml, bellhop_load_libxml, "libxml2.so.2", BELLHOP_XML_CALLS)
