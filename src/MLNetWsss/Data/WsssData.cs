using Microsoft.ML;
using MLNetWsss.Data;
using MLNetWsss.Imaging;
using MLNetWsss.Pipeline;
using Microsoft.ML.Transforms.Image;

namespace MLNetWsss;

/// <summary>Data of weakly supervised segmentation under <c>mlContext.Data</c>. Every view is lazy and can be read any number of times.</summary>
public static class WsssData
{
    extension(DataOperationsCatalog data)
    {
        /// <summary>
        /// A data set in PASCAL VOC's layout: JPEGImages, SegmentationClass (if there), ImageSets/Segmentation/SPLIT.txt, and tags in
        /// labels.csv or Annotations/*.xml. Columns: Id, ImagePath, Image, Tags (if there), Mask (if there).
        /// </summary>
        /// <param name="folder">The data set's folder.</param>
        /// <param name="split">Name of the list in ImageSets/Segmentation.</param>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="FileNotFoundException">The split, a photo or the tags are missing.</exception>
        /// <exception cref="InvalidDataException">The table of tags is malformed.</exception>
        public IDataView LoadVoc(string folder, string split = "train", VocOptions? options = null)
        {
            options ??= new();
            string list = Path.Combine(folder, options.SplitsFolder, split + ".txt");
            if (!File.Exists(list))
                throw new FileNotFoundException($"No split '{split}': expected a list of image ids in '{list}'.", list);
            var ids = File.ReadLines(list).Select(l => l.Trim().Split(' ', '\t')[0]).Where(l => l.Length > 0).Take(options.MaxImages ?? int.MaxValue);
            string table = Path.Combine(folder, options.TagsFile), annotations = Path.Combine(folder, "Annotations");
            string images = Path.Combine(folder, options.ImagesFolder), masks = Path.Combine(folder, options.MasksFolder);
            var csv = File.Exists(table) ? TagsCsv.Read(table, options.Classes.Names, ClassMap.Voc.Names) : null;
            bool xml = csv is null && Directory.Exists(annotations);
            var items = ids.Select(id => new ImageFiles.Item(id, ImageFiles.Find(images, id, list),
                Path.Combine(masks, id + ".png") is var mask && File.Exists(mask) ? mask : null,
                csv?.TagsOf(id) ?? (xml ? VocAnnotation.Tags(Path.Combine(annotations, id + ".xml"), options.Classes) : null))).ToArray();
            return ImageFiles.View(MLNetInternals.EnvironmentOf(data), items, options.Classes.Names,
                options.ImageColumn, options.TagsColumn, options.MaskColumn, options.Classes.Lookup, options.OnUnreadableImage);
        }

        /// <summary>
        /// A folder of photos with a CSV of tags: a row an image, either a column a class (<c>id,cat,dog</c>) or a list of names
        /// (<c>image,tags</c> with <c>cat;dog</c>). Columns: Id, ImagePath, Image, Tags, Mask (if given).
        /// </summary>
        /// <param name="folder">The folder of photos.</param>
        /// <param name="tags">The CSV; its ids are paths relative to the folder, with or without extension.</param>
        /// <param name="options">Null takes every default.</param>
        /// <exception cref="FileNotFoundException">The table or a photo is missing.</exception>
        /// <exception cref="InvalidDataException">The table is malformed; the message names the line.</exception>
        public IDataView LoadFolder(string folder, string tags, FolderOptions? options = null)
        {
            options ??= new();
            var csv = TagsCsv.Read(tags, options.Classes);
            string[] ids = [.. options.Split is null ? csv.Ids : csv.IdsOf(options.Split)];
            var items = ids.Select(id => (Id: id, Name: ImageFiles.WithoutExtension(id))).Select(i => new ImageFiles.Item(
                i.Name, ImageFiles.Find(folder, i.Id, tags),
                options.MasksFolder is null ? null : Path.Combine(options.MasksFolder, i.Name + ".png"), csv.TagsOf(i.Id))).ToArray();
            // An id may carry its extension or not, so two ids may be one photo.
            if (items.GroupBy(i => i.ImagePath).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new InvalidDataException($"{tags} has two rows for '{twice.Key}', with and without its extension. Merge the two.");
            return ImageFiles.View(MLNetInternals.EnvironmentOf(data), items, csv.Classes,
                options.ImageColumn, options.TagsColumn, options.MaskColumn, null, options.OnUnreadableImage);
        }

        /// <summary>
        /// Every photo of a folder, in the order of the names, for a trained model to predict on. Columns: Id, ImagePath, Image.
        /// </summary>
        /// <param name="folder">The folder of .jpg, .png and .bmp files.</param>
        /// <param name="onUnreadableImage">What happens to a photo that cannot be read.</param>
        /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
        public IDataView LoadImages(string folder, OnUnreadableImage onUnreadableImage = OnUnreadableImage.Throw)
        {
            var items = Directory.EnumerateFiles(folder).Where(ImageFiles.HasImageExtension).Order(StringComparer.Ordinal)
                .Select(path => new ImageFiles.Item(Path.GetFileNameWithoutExtension(path), path, null, null)).ToArray();
            return ImageFiles.View(MLNetInternals.EnvironmentOf(data), items, [], "Image", "Tags", "Mask", null, onUnreadableImage);
        }

        /// <summary>
        /// The embedded data set: generated scenes of objects on cluttered ground, the same for the same options. Columns: Id, Image, Tags, Mask.
        /// </summary>
        /// <param name="count">Number of scenes, >= 1.</param>
        /// <param name="first">Index of the first scene: take other ranges for training and for validation.</param>
        /// <param name="options">Null takes every default.</param>
        public IDataView LoadSyntheticScenes(int count, int first = 0, SyntheticSceneOptions? options = null)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
            options ??= new();
            var names = SyntheticScenes.ClassNames.Take(options.Classes).ToArray();
            // The last scene is remembered, because a row's image, tags and mask are read one after the other.
            var last = new ThreadLocal<(int Index, SyntheticScene Scene)>(() => (-1, null!));
            SyntheticScene Scene(int i)
            {
                if (last.Value.Index != i)
                    last.Value = (i, SyntheticScenes.Generate(first + i, options));
                return last.Value.Scene;
            }
            return new SourceView(count,
                SourceColumn.Of("Id", Microsoft.ML.Data.TextDataViewType.Instance, i => $"scene{first + i:00000}".AsMemory()),
                SourceColumn.Of("Image", new ImageDataViewType(), i => Scene(i).Image.ToMLImage()),
                SourceColumn.Vector("Tags", names, i => Scene(i).TagVector(names.Length),
                    ClassNames.AnnotationsOf(new("Tags", ColumnKind.Vector), names)),
                SourceColumn.Of("Mask", LabelMapDataViewType.Instance, i => Scene(i).Mask,
                    ClassNames.AnnotationsOf(new("Mask", ColumnKind.Labels), names)));
        }
    }
}
