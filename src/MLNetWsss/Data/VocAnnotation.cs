using System.Xml;
using System.Xml.Linq;

namespace MLNetWsss.Data;

/// <summary>VOC's XML annotation of an image, of which only the objects' names are used: they are the image's tags.</summary>
internal static class VocAnnotation
{
    /// <exception cref="InvalidDataException">The file is missing or no VOC annotation.</exception>
    internal static float[] Tags(string path, ClassMap classes)
    {
        try
        {
            using var reader = XmlReader.Create(path, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var root = XDocument.Load(reader).Root!;
            if (root.Name != "annotation")
                throw new XmlException($"its outermost element is <{root.Name}>.");
            var present = root.Descendants("object").Select(o => o.Element("name")?.Value.Trim()).ToHashSet();
            return [.. classes.Names.Select(name => present.Contains(name) ? 1f : 0f)];
        }
        catch (Exception e) when (e is XmlException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"'{path}' is no VOC annotation: {e.Message} Expected <annotation><object><name>…, or a labels.csv.", e);
        }
    }
}
