<?php
/**
 * What WordPress' window "View details" shows of the plugin.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Updates;

/** Of a section this many bytes are shown. */
const SECTION_BYTES = 131072;

/**
 * Answer for our slug, and never let wordpress.org answer for it: what has this name there is somebody else's plugin.
 *
 * @param mixed  $result What another said.
 * @param string $action What is asked.
 * @param object $args   Of which plugin.
 */
function answer_details( $result, $action, $args ) {
	if ( 'plugin_information' !== $action || ! isset( $args->slug ) || SLUG !== $args->slug ) {
		return $result;
	}
	$data = in_asking_blog(
		static function () {
			return ask( 'GET', '/info/' );
		}
	);
	return is_wp_error( $data ) ? $data : describe_for_window( $data );
}

/** Describe the plugin as the window wants it, with nothing in it but what WordPress lets into a post. */
function describe_for_window( array $data ): object {
	$text = static function ( string $name ) use ( $data ): string {
		return isset( $data[ $name ] ) && is_string( $data[ $name ] ) ? sanitize_text_field( $data[ $name ] ) : '';
	};
	return (object) [
		'name'              => '' !== $text( 'name' ) ? $text( 'name' ) : 'IGNY8 WordPress Bridge',
		'slug'              => SLUG,
		'version'           => version_in( $data, 'version' ),
		'author'            => author_link( $text( 'author' ), address_in( $data, 'author_profile' ) ),
		'author_profile'    => address_in( $data, 'author_profile' ),
		'homepage'          => address_in( $data, 'homepage' ),
		'short_description' => $text( 'short_description' ),
		'requires'          => version_in( $data, 'requires' ),
		'requires_php'      => version_in( $data, 'requires_php' ),
		'tested'            => version_in( $data, 'tested' ),
		'last_updated'      => $text( 'last_updated' ),
		'sections'          => sections_in( $data ),
		'icons'             => pictures( addresses_in( $data, 'icons' ), 'svg', 'icon.svg' ),
		'banners'           => pictures( addresses_in( $data, 'banners' ), 'low', 'banner.svg' ),
		'download_link'     => address_in( $data, 'download_link' ),
		'external'          => true,
	];
}

/** Name the author, with a link where there is an address. */
function author_link( string $name, string $address ): string {
	return '' === $address ? esc_html( $name ) : '<a href="' . esc_url( $address ) . '">' . esc_html( $name ) . '</a>';
}

/** Read the sections: description, installation, changelog and their like. */
function sections_in( array $data ): array {
	$sections = [];
	foreach ( isset( $data['sections'] ) ? (array) $data['sections'] : [] as $name => $html ) {
		if ( is_string( $html ) && '' !== $html && count( $sections ) < 10 ) {
			$sections[ sanitize_key( (string) $name ) ] = balanceTags( wp_kses_post( substr( $html, 0, SECTION_BYTES ) ), true );
		}
	}
	return $sections;
}
