<?php
/**
 * The layout of an article: pictures behind the first paragraph of their section, squares in pairs.
 *
 * A section goes from one `<h2>` to the next. Only pictures between the heading and the section's first paragraph move;
 * nothing else changes its place.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

/** What `sizes` says in a pair: half of 1024 px, or the whole of a screen too narrow for two. */
const PAIR_SIZES = '(max-width: 540px) 100vw, 512px';

/**
 * Lay out HTML.
 *
 * @param callable $size_of Tells width and height of an `<img>` tag, 0 where unknown.
 */
function lay_out( string $html, callable $size_of ): string {
	if ( false === stripos( $html, '<img' ) ) {
		return $html;
	}
	$pieces = pieces( $html );
	if ( null === $pieces ) {
		return $html;
	}
	foreach ( $pieces as $at => $piece ) {
		if ( holds_sections( $piece ) ) {
			$inside                 = inside( $piece );
			$pieces[ $at ]['html'] = substr_replace( $piece['html'], lay_out( $inside, $size_of ), $piece['open'], strlen( $inside ) );
		}
	}
	$pieces = behind_first_paragraphs( with_pictures( $pieces, $size_of ) );
	return implode( '', array_column( in_pairs( $pieces ), 'html' ) );
}

/** Move the pictures at the beginning of each section behind its first paragraph. */
function behind_first_paragraphs( array $pieces ): array {
	$sections = [ [] ];
	foreach ( $pieces as $piece ) {
		if ( 'h2' === $piece['name'] ) {
			$sections[] = [];
		}
		$sections[ count( $sections ) - 1 ][] = $piece;
	}
	$introduction = array_shift( $sections );
	return array_merge( $introduction, ...array_map( __NAMESPACE__ . '\\behind_first_paragraph', $sections ) );
}

/** Move the pictures at the beginning of a section behind its first paragraph, if it has one. */
function behind_first_paragraph( array $section ): array {
	$others   = [];
	$pictures = [];
	foreach ( $section as $at => $piece ) {
		if ( is_paragraph( $piece ) ) {
			return array_merge( $others, [ $piece ], $pictures, array_slice( $section, $at + 1 ) );
		}
		if ( '#picture' === $piece['name'] ) {
			array_push( $pictures, piece( "\n" ), $piece );
			$last = end( $others );
			if ( ! in_array( $last['name'], BLOCKS, true ) && '' !== trim( substr( $last['html'], -1 ) ) ) {
				$others[] = piece( "\n" ); // The words before and behind it stay two.
			}
		} else {
			$others[] = $piece;
		}
	}
	return $section;
}

/** Put every two square pictures that follow each other side by side. */
function in_pairs( array $pieces ): array {
	$left = null;
	foreach ( $pieces as $at => $piece ) {
		if ( '#gap' === $piece['name'] ) {
			continue;
		}
		$is_square = '#picture' === $piece['name'] && 'square' === $piece['shape'];
		if ( null !== $left && $is_square ) {
			$pieces[ $left ]['html'] = '<div class="igny8-pair">' . for_pair( $pieces[ $left ]['html'] );
			$pieces[ $at ]['html']   = for_pair( $piece['html'] ) . '</div>';
			$left                    = null;
			continue;
		}
		$left = $is_square ? $at : null;
	}
	return $pieces;
}

/** Let a browser choose a smaller file for half the width, where there are several and it does not know better. */
function for_pair( string $html ): string {
	return (string) preg_replace_callback(
		IMG,
		static function ( array $img ): string {
			$sizes = attribute( $img[0], 'sizes' );
			return '' === $sizes || 0 === strpos( $sizes, 'auto' ) ? $img[0] : with_attribute( $img[0], 'sizes', PAIR_SIZES );
		},
		$html
	);
}

/** Tell whether a piece is a paragraph with words in it. */
function is_paragraph( array $piece ): bool {
	return 'p' === $piece['name'] && has_words( inside( $piece ) );
}

/** Tell whether a piece is a plain container of headings and texts, as a group of the editor is, and no layout of its own. */
function holds_sections( array $piece ): bool {
	if ( ! in_array( $piece['name'], [ 'div', 'section', 'article', 'main' ], true ) || false === stripos( inside( $piece ), '<h2' ) ) {
		return false;
	}
	foreach ( classes( substr( $piece['html'], 0, $piece['open'] ) ) as $class ) {
		if ( preg_match( '~\A(?:wp-block-(?!group\b)|is-layout-(?:flex|grid)\b)~', $class ) ) {
			return false;
		}
	}
	return true;
}
