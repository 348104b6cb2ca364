<?php
/**
 * HTML cut into its outermost pieces. Put together again in any order, they hold every byte there was.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

/** Elements that have no end. */
const VOID = [ 'area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'param', 'source', 'track', 'wbr' ];

/** Elements whose end may be left out. */
const LOOSE = [ 'p', 'li', 'dt', 'dd', 'tr', 'td', 'th', 'thead', 'tbody', 'tfoot', 'colgroup', 'caption', 'option', 'optgroup', 'rp', 'rt' ];

/** Elements whose beginning ends a paragraph; among them is all that stands for itself in a text. */
const BLOCKS = [ 'address', 'article', 'aside', 'blockquote', 'center', 'details', 'dialog', 'div', 'dl', 'fieldset', 'figcaption', 'figure', 'footer', 'form', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'main', 'nav', 'ol', 'p', 'pre', 'section', 'table', 'ul' ];

/** A comment, an element whose text is no HTML or not ours to look into, a tag. */
const TOKEN = '~<!--.*?-->|<(script|style|textarea|noscript|iframe|svg|math|template|select|video|audio|object)(?=[\s/>])(?:[^"\'>]++|"[^"]*+"|\'[^\']*+\')*+>.*?</\1\s*+>|<(/?[a-z][^\s/>]*+)(?:[^"\'>]++|"[^"]*+"|\'[^\']*+\')*+>~is';

/**
 * Cut HTML into its outermost pieces.
 *
 * @return array[]|null Each with `name` (an element's, `#text`, or `#gap` for what nobody sees), `html`, and the lengths
 *                      of its tags, `open` and `close`; null where the tags do not match and browsers have to guess.
 */
function pieces( string $html ): ?array {
	if ( false === preg_match_all( TOKEN, $html, $tokens, PREG_SET_ORDER | PREG_OFFSET_CAPTURE ) || holds_half_a_tag( $html ) ) {
		return null;
	}
	$pieces = [];
	$open   = [];
	$begin  = 0; // Of the piece at work.
	$first  = 0; // Length of its opening tag.
	foreach ( $tokens as $token ) {
		list( $text, $at )  = $token[0];
		list( $kind, $name ) = read_token( $token );
		// A block ends the paragraph before it, whether that says so or not.
		if ( in_array( $name, BLOCKS, true ) && 'end' !== $kind && in_array( 'p', $open, true ) ) {
			if ( 'p' !== array_pop( $open ) ) {
				return null;
			}
			if ( ! $open ) {
				$pieces[] = piece( substr( $html, $begin, $at - $begin ), 'p', $first );
				$begin    = $at;
			}
		}
		if ( ! $open ) {
			$pieces[] = piece( (string) substr( $html, $begin, $at - $begin ) );
			$begin    = $at;
			$first    = strlen( $text );
		}
		if ( 'begin' === $kind ) {
			$open[] = $name;
			continue;
		}
		if ( 'end' === $kind ) {
			$open = without_last( $open, $name );
			if ( null === $open ) {
				return null;
			}
		}
		if ( ! $open ) {
			$end      = $at + strlen( $text );
			$pieces[] = piece( substr( $html, $begin, $end - $begin ), $name, $first, 'end' === $kind ? strlen( $text ) : 0 );
			$begin    = $end;
		}
	}
	$pieces[] = piece( (string) substr( $html, $begin ), $open ? 'p' : '', $first );
	if ( $open && [ 'p' ] !== $open ) {
		return null;
	}
	return array_values( array_filter( $pieces, __NAMESPACE__ . '\\has_html' ) );
}

/**
 * Tell what a token is.
 *
 * @return array{0:string,1:string} `begin`, `end` or `whole`, and the name of the element, `#gap` for a comment.
 */
function read_token( array $token ): array {
	$name = strtolower( $token[2][0] ?? '' );
	if ( '' === $name ) {
		return [ 'whole', strtolower( $token[1][0] ?? '#gap' ) ];
	}
	if ( '/' === $name[0] ) {
		return [ 'end', substr( $name, 1 ) ];
	}
	return [ in_array( $name, VOID, true ) ? 'whole' : 'begin', $name ];
}

/** Make a piece; one without a name is text, or nothing to be seen. */
function piece( string $html, string $name = '', int $open = 0, int $close = 0 ): array {
	$name = '' !== $name ? $name : ( '' === trim( $html ) ? '#gap' : '#text' );
	return compact( 'name', 'html', 'open', 'close' );
}

/** Tell whether there is anything in a piece. */
function has_html( array $piece ): bool {
	return '' !== $piece['html'];
}

/** Read what is between a piece's tags. */
function inside( array $piece ): string {
	return (string) substr( $piece['html'], $piece['open'], strlen( $piece['html'] ) - $piece['open'] - $piece['close'] );
}

/** Tell whether HTML has words in it, or bytes nobody can read. */
function has_words( string $html ): bool {
	$text = html_entity_decode( strip_tags( $html ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- only looked at.
	return 0 !== preg_match( '~[^\s\x{00A0}]~u', $text );
}

/** Close an element together with what may be left open in it; null if it was never opened. */
function without_last( array $open, string $name ): ?array {
	while ( $open ) {
		$last = array_pop( $open );
		if ( $last === $name ) {
			return $open;
		}
		if ( ! in_array( $last, LOOSE, true ) ) {
			return null;
		}
	}
	return null;
}

/** Tell whether HTML holds what a browser might take for a tag or a comment though it is none: half a tag, a quote too many. */
function holds_half_a_tag( string $html ): bool {
	$rest = preg_replace( TOKEN, ' ', $html );
	return null === $rest || preg_match( '~<[a-z/!?]~i', $rest );
}
