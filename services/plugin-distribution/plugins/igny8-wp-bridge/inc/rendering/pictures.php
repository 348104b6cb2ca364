<?php
/**
 * Which pieces of a page are pictures, and of what shape.
 *
 * A picture is a figure, a paragraph or an `<img>` that holds one image, perhaps linked, perhaps with a caption, and
 * nothing else. A paragraph of several images is several pictures. What a person aligned or sized in the editor, and
 * icons, are none: they stay as they are.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

/** A picture is square while its longer side is at most this much longer than the other. */
const SQUARE = 1.1;

/** Pictures smaller than this on both sides, in pixels, are icons. */
const ICON = 200;

/** Classes of the editor that say how wide a picture is or where it stands. */
const CHOSEN = [ 'alignleft', 'alignright', 'aligncenter', 'alignwide', 'alignfull', 'is-resized' ];

/**
 * Make pictures of the pieces that are some.
 *
 * @param callable $size_of Tells width and height of an `<img>` tag, 0 where unknown.
 * @return array[] Pieces; pictures are named `#picture` and have a `shape`.
 */
function with_pictures( array $pieces, callable $size_of ): array {
	$result = [];
	foreach ( $pieces as $at => $piece ) {
		$parts    = stands_alone( $pieces, $at ) ? picture_parts( $piece ) : [];
		$pictures = [];
		foreach ( $parts as $part ) {
			$pictures[] = picture( $part[0], $part[1], $size_of );
		}
		// Where one image of a paragraph is no picture, the paragraph stays as it is.
		if ( ! $pictures || in_array( null, $pictures, true ) ) {
			$pictures = [ $piece ];
		}
		array_push( $result, ...$pictures );
	}
	return $result;
}

/**
 * Cut a piece into parts of one image each; none if it holds anything else.
 *
 * @return array<array{0:string,1:string}> The opening tag, and the rest.
 */
function picture_parts( array $piece ): array {
	if ( 'img' === $piece['name'] ) {
		return [ [ '<figure>', $piece['html'] . '</figure>' ] ];
	}
	$tag  = substr( $piece['html'], 0, $piece['open'] );
	$rest = substr( $piece['html'], $piece['open'] );
	if ( 'figure' === $piece['name'] ) {
		$bare = preg_replace( '~<figcaption[\s>].*?</figcaption\s*>~is', '', inside( $piece ) );
		return 1 === count_images( $bare ) ? [ [ $tag, $rest ] ] : [];
	}
	if ( 'p' !== $piece['name'] || ! $piece['close'] || ! count_images( inside( $piece ) ) ) {
		return [];
	}
	$parts = [];
	foreach ( (array) pieces( inside( $piece ) ) as $part ) {
		$images = count_images( $part['html'] );
		if ( $images > 1 ) {
			return [];
		}
		if ( $images ) {
			$parts[] = [ $tag, $part['html'] . '</p>' ];
		}
	}
	if ( count( $parts ) > 1 ) {
		return '' === attribute( $tag, 'id' ) ? $parts : [];
	}
	return [ [ $tag, $rest ] ];
}

/** Count the images of HTML that holds nothing else to be seen; 0 otherwise. */
function count_images( ?string $html ): int {
	$html = (string) preg_replace( '~<(noscript|svg)[\s>].*?</\1\s*>~is', '', (string) $html );
	if ( has_words( $html ) || preg_match( '~<(?!/?(?:a|img|br|picture|source|span|button)[\s/>])~i', $html ) ) {
		return 0;
	}
	return (int) preg_match_all( '~<img[\s/>]~i', $html );
}

/** Make a picture of a part; null if somebody chose its place or size, or it is an icon. */
function picture( string $tag, string $rest, callable $size_of ): ?array {
	$img = preg_match( IMG, $rest, $match ) ? $match[0] : '';
	if ( array_intersect( CHOSEN, array_merge( classes( $tag ), classes( $img ) ) ) ) {
		return null;
	}
	if ( preg_match( '~(?:\A|;)\s*(?:width|float)\s*:~i', attribute( $tag, 'style' ) . ';' . attribute( $img, 'style' ) ) ) {
		return null;
	}
	list( $width, $height ) = $size_of( $img );
	if ( $width && $height && max( $width, $height ) < ICON ) {
		return null;
	}
	$shape   = shape( $width, $height );
	$classes = [ 'igny8-image' ];
	if ( '' !== $shape ) {
		$classes[] = "igny8-$shape";
	}
	if ( preg_match( '~<figcaption(?:\s[^>]*+)?>\s*+(?!</figcaption)~i', $rest ) ) {
		$classes[] = 'igny8-captioned';
	}
	return [ 'shape' => $shape ] + piece( with_classes( $tag, $classes ) . $rest, '#picture' );
}

/** Tell the shape of a picture, '' where its size is unknown. */
function shape( int $width, int $height ): string {
	if ( $width < 1 || $height < 1 ) {
		return '';
	}
	if ( max( $width, $height ) <= SQUARE * min( $width, $height ) ) {
		return 'square';
	}
	return $width > $height ? 'landscape' : 'portrait';
}

/** Tell whether a piece is no part of a line of text; only a bare `<img>` might be. */
function stands_alone( array $pieces, int $at ): bool {
	if ( 'img' !== $pieces[ $at ]['name'] ) {
		return true;
	}
	foreach ( [ -1, 1 ] as $step ) {
		for ( $next = $at + $step; isset( $pieces[ $next ] ) && '#gap' === $pieces[ $next ]['name']; $next += $step ) {
			continue;
		}
		if ( isset( $pieces[ $next ] ) && 'img' !== $pieces[ $next ]['name'] && ! in_array( $pieces[ $next ]['name'], BLOCKS, true ) ) {
			return false;
		}
	}
	return true;
}
